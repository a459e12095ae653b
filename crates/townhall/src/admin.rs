//! `townhall admin`: the first administrator of an empty node.

use anyhow::{Context, Result, anyhow, bail};
use clap::{Args, Subcommand};
use townhall_app::accounts::{FirstAdministrator, create_first_administrator, hash_new};
use townhall_app::actor::Actor;
use townhall_app::error::AppError;
use townhall_app::sign_in::password::{Password, PasswordCost, Passwords};
use townhall_domain::time::local_date;
use townhall_store::node as stored;
use townhall_text::{Lang, t};

use crate::node::{self, Place};
use crate::options::NodeArgs;

/// What can be done about administrators.
#[derive(Debug, Clone, Subcommand)]
pub enum AdminCommand {
    /// Create the first administrator and print the first password
    Create(CreateArgs),
}

/// The first administrator.
#[derive(Debug, Clone, Args)]
pub struct CreateArgs {
    #[command(flatten)]
    node: NodeArgs,
    /// Code of the unit of this node
    #[arg(long, value_name = "CODE")]
    unit: String,
    /// The name to sign in with
    #[arg(long, value_name = "NAME")]
    user: String,
    /// The person's full name [default: the name to sign in with]
    #[arg(long, value_name = "FULL NAME")]
    name: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// When the node has accounts already, the unit is unknown or the name cannot be used.
pub fn run(command: &AdminCommand) -> Result<()> {
    let AdminCommand::Create(args) = command;
    let (config, data) = args.node.config_and_data()?;
    let town = node::open(
        &Place::of(&data),
        &config.database(&data),
        config.packs.as_deref(),
        None,
        config.papers.as_ref(),
    )?;
    let today = local_date(town.clock().now());
    let unit = town
        .packs()
        .units()
        .by_code(&args.unit, today)
        .with_context(|| format!("there is no unit with the code {} on {today}", args.unit))?
        .clone();
    let password = first_password()?;
    let passwords = Passwords::new(PasswordCost::STANDARD)
        .map_err(|error| anyhow!("passwords cannot be hashed: {error}"))?;
    let hashed = hash_new(&passwords, &Password::typed(password.clone()), &args.user).map_err(in_words)?;
    let (command, code) = (
        FirstAdministrator {
            unit: unit.id.clone(),
            name: args.name.clone().unwrap_or_else(|| args.user.clone()),
            user_name: args.user.clone(),
            password: hashed,
        },
        args.unit.clone(),
    );
    let system = Actor::System { job: "admin" };
    town.write_blocking("create_first_administrator", &system, move |tx, cx| {
        stored::set(tx, stored::UNIT, &code)?;
        create_first_administrator(tx, cx, &command)
    })
    .map_err(in_words)?;
    println!("unit:     {} {}", args.unit, unit.full_name(today));
    println!("user:     {}", args.user.trim().to_ascii_lowercase());
    println!("password: {password}");
    println!("Sign in and choose another password; this one is shown only here.");
    Ok(())
}

/// A refusal in the words that a page would say.
pub(crate) fn in_words(error: AppError) -> anyhow::Error {
    match error {
        AppError::Refused { key, .. } => anyhow!("{}", t(Lang::En, key)),
        AppError::Invalid(fields) => {
            let sentences: Vec<String> = fields.iter().map(|field| t(Lang::En, &field.key)).collect();
            anyhow!("{}", sentences.join(" "))
        }
        other => anyhow::Error::new(other),
    }
}

/// Sixteen letters and digits that nobody takes for one another, in groups: 80 bits of chance.
fn first_password() -> Result<String> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut random = [0_u8; 16];
    if let Err(error) = getrandom::fill(&mut random) {
        bail!("the system gives no chance: {error}");
    }
    let letters: String = random
        .iter()
        .map(|byte| char::from(LETTERS[usize::from(byte % 32)]))
        .collect();
    let groups: Vec<&str> = [0, 4, 8, 12].iter().map(|at| &letters[*at..at + 4]).collect();
    Ok(groups.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_password_is_long_and_never_the_same() {
        let (one, other) = (
            first_password().expect("chance"),
            first_password().expect("chance"),
        );
        assert_eq!(one.len(), 19);
        assert_ne!(one, other);
        assert_eq!(Password::typed(one).check_new("admin"), Ok(()));
    }
}
