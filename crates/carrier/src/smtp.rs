//! E-mail by SMTP, through lettre with rustls.

use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{SmtpTransport, Transport};
use townhall_app::outside::{Carrier, CarryError, Letter};

use crate::Authorities;

/// How long the server may take for each of its answers.
const PATIENCE: Duration = Duration::from_secs(20);

/// How the connection is kept from being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Security {
    /// Begins in the clear and must turn to TLS before anything is said (port 587).
    #[default]
    StartTls,
    /// TLS from the first byte (port 465).
    Tls,
    /// Never: only for a server on this machine.
    None,
}

impl std::str::FromStr for Security {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "starttls" => Ok(Self::StartTls),
            "tls" => Ok(Self::Tls),
            "none" => Ok(Self::None),
            _ => Err(format!("starttls, tls or none is wanted, not {text}")),
        }
    }
}

/// Where mail goes and who we are there.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    /// Name of the server.
    pub host: String,
    /// Its port; that of the security when not given.
    pub port: Option<u16>,
    /// How the connection is kept from being read.
    pub security: Security,
    /// User and password, when the server wants them.
    pub login: Option<(String, String)>,
    /// Sender: `Trung tâm Phục vụ hành chính công <mot-cua@example.vn>`.
    pub from: String,
    /// Certificates beside the public ones.
    pub authorities: Authorities,
    /// The time for each answer; 20 seconds when not given.
    pub patience: Option<Duration>,
}

/// Hands messages to a mail server; one connection each, so that none is idle for hours.
pub struct Smtp {
    transport: SmtpTransport,
    from: Mailbox,
    host: String,
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Smtp")
            .field("host", &self.host)
            .finish_non_exhaustive()
    }
}

impl Smtp {
    /// Gets ready; nothing is connected yet.
    ///
    /// # Errors
    /// What of the settings cannot be used.
    pub fn new(settings: &SmtpSettings) -> Result<Self, String> {
        let from: Mailbox = settings
            .from
            .parse()
            .map_err(|error| format!("the sender {} is no address: {error}", settings.from))?;
        let tls = || -> Result<TlsParameters, String> {
            let mut builder = TlsParameters::builder(settings.host.clone());
            for pem in settings.authorities.certificates() {
                let certificate = Certificate::from_pem(pem).map_err(|error| error.to_string())?;
                builder = builder.add_root_certificate(certificate);
            }
            builder.build().map_err(|error| error.to_string())
        };
        let (tls, usual) = match settings.security {
            Security::StartTls => (Tls::Required(tls()?), 587),
            Security::Tls => (Tls::Wrapper(tls()?), 465),
            Security::None => (Tls::None, 25),
        };
        let domain = from.email.domain().to_owned();
        let mut builder = SmtpTransport::builder_dangerous(settings.host.clone())
            .port(settings.port.unwrap_or(usual))
            .tls(tls)
            .hello_name(ClientId::Domain(domain))
            .timeout(Some(settings.patience.unwrap_or(PATIENCE)));
        if let Some((user, password)) = &settings.login {
            builder = builder.credentials(Credentials::new(user.clone(), password.clone()));
        }
        Ok(Self {
            transport: builder.build(),
            from,
            host: settings.host.clone(),
        })
    }

    fn write(&self, letter: &Letter) -> Result<Message, CarryError> {
        let never = |what: &str| CarryError::Never(what.to_owned());
        let to: Mailbox = letter
            .to
            .parse()
            .map_err(|_| never("the address is not one that mail can be sent to"))?;
        // The same at every try: mail servers that know a repetition by it drop it.
        let id = format!("<{}@{}>", letter.id, self.from.email.domain());
        Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(letter.subject.clone())
            .message_id(Some(id))
            .header(AutoSubmitted)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.clone())
            .map_err(|_| never("the message cannot be written as mail"))
    }
}

/// RFC 3834: no holiday notice is to answer this.
#[derive(Debug, Clone, Copy)]
struct AutoSubmitted;

impl lettre::message::header::Header for AutoSubmitted {
    fn name() -> lettre::message::header::HeaderName {
        lettre::message::header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }
    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }
    fn display(&self) -> lettre::message::header::HeaderValue {
        lettre::message::header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

impl Carrier for Smtp {
    fn carry(&self, letter: &Letter) -> Result<(), CarryError> {
        let message = self.write(letter)?;
        self.transport
            .send(&message)
            .map(|_| ())
            .map_err(|error| told(&error))
    }

    fn look(&self) -> Result<(), String> {
        match self.transport.test_connection() {
            Ok(true) => Ok(()),
            Ok(false) => Err("the mail server answers, but takes nothing".to_owned()),
            Err(error) => Err(match told(&error) {
                CarryError::Later(why) | CarryError::Never(why) => why,
            }),
        }
    }
}

/// What the system said beneath lettre's error, and all the words of the chain.
fn beneath(error: &Error) -> (Option<std::io::ErrorKind>, String) {
    let mut words = String::new();
    let mut kind = None;
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = next {
        words.push_str(&error.to_string());
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            kind = Some(io.kind());
        }
        next = error.source();
    }
    (kind, words)
}

/// What a failure means. The server's own words may quote the address, so only its code is told.
fn told(error: &Error) -> CarryError {
    if let Some(code) = error.status() {
        let why = format!("the mail server answered {code}");
        return if error.is_permanent() {
            CarryError::Never(why)
        } else {
            CarryError::Later(why)
        };
    }
    let (kind, words) = beneath(error);
    let why = if error.is_timeout()
        || matches!(
            kind,
            Some(std::io::ErrorKind::TimedOut | std::io::ErrorKind::WouldBlock)
        ) {
        "the mail server did not answer in time"
    } else if error.is_tls() || words.contains("certificate") || words.contains("Certificate") {
        "no safe connection to the mail server: its certificate or its TLS is not taken"
    } else if error.is_response() {
        "the mail server answered in a way that is no SMTP"
    } else if error.is_client() {
        "the mail server does not offer what is asked for (STARTTLS, a way to sign in)"
    } else {
        "no connection to the mail server"
    };
    CarryError::Later(why.to_owned())
}
