# Passkeys: signing in by finger, face, the machine's PIN or a security key.
passkey-title = Passkeys
passkey-lead = Sign in by finger, face or the machine's PIN: nothing to type, to leak or to be tricked out of.
passkey-none = There is no passkey yet.
passkey-count = { $count ->
    [one] { $count } passkey
   *[other] { $count } passkeys
}
passkey-label = Name of the passkey
passkey-label-hint = To know it again when it is to be removed: computer at counter 2, my phone.
passkey-added-at = Added { $at }
passkey-used-at = Last used
passkey-never-used = never used
passkey-is-copied = May have been copied: it opens nothing any more, remove it
passkey-of-other-address = Belongs to { $domain }: of no use here
passkey-add = Add a passkey
passkey-make = Make the passkey
passkey-make-lead = The password is right. Press the button below and follow the browser: touch the reader, look at the machine, type the PIN or plug in a security key. The passkey works at { $domain } only.
passkey-added = The passkey was added.
passkey-removed = The passkey was removed.
passkey-not-made = The passkey was not added: its five minutes are over, it was answered before, or the machine's answer does not fit. Begin again.
passkey-too-many = There are { $most } passkeys. Remove those that are not used.
passkey-remove = Remove passkey
passkey-remove-question = Remove the passkey “{ $label }”?
passkey-remove-effect = It no longer opens the account. Other passkeys and one-time codes still work.
passkey-remove-last-effect = This is the last second step: from now on the password alone opens the account.
passkey-last-needed = The unit asks for a second step, and this is the last passkey. Add another or turn on one-time codes before removing it.
passkey-instead-of-codes = Use a passkey in place of one-time codes
passkey-without-tls = Passkeys cannot be used at this address yet: browsers allow them over HTTPS only. Who runs the system sets `base` to an https:// address in the configuration file.
passkey-no-domain = Passkeys cannot be used at this address yet: browsers want a domain name, not a number. Who runs the system sets `base` to an https:// address with a domain name in the configuration file.
passkey-not-at-this-address = The account has a passkey, which cannot be used at this address. See the administrator.
passkey-elsewhere = Passkeys work at this address only, so browsers rule:
passkey-no-browser = This needs a browser that knows passkeys and runs JavaScript. Open the page in another browser.
passkey-sign-in = Sign in with a passkey
passkey-or = or without a password
passkey-step-title = Second step
passkey-step-lead = The password is right. Confirm with one of your passkeys.
passkey-use = Use a passkey
passkey-or-code = Or use a one-time code
passkey-wrong = This passkey opens nothing: it is unknown or was removed, the account is closed, or the five minutes are over or were used already. Try again; if it goes on, sign in with the password.
passkey-copied = This passkey may have been copied, so it works no more. Sign in another way, remove it and tell the administrator.
passkey-cancelled = Not confirmed: cancelled, too late, or this machine has no passkey of the account. You may try again.
passkey-known = This machine has a passkey of the account already.
passkey-lost = The server could not be asked. Check the network and try again.
passkey-remove-all = Remove passkeys
passkey-remove-all-question = Remove all passkeys of { $user_name }?
passkey-remove-all-effect = None of them opens the account any more. Without one-time codes the password alone does. Only when you are sure that it is he who lost the machine.
