//! Files in a bucket of an S3-compatible store, below a prefix, laid out as in a directory: `PREFIX/ab/abcd…`.
//!
//! A file is sent in one request (a store takes 5 GB so; ours have at most 300 MiB) with its SHA-256 as checksum.
//! A store that knows checksums refuses what does not fit and repeats it in its answer; from one that does not, the
//! file is read back and compared before it counts as kept. Everything here may be done twice, so it is tried again
//! when the store is away for a moment; nothing here is ever done inside a transaction.

mod wire;

use std::fmt;
use std::path::Path;
use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use rusty_s3::actions::{ListObjectsV2, PutObject};
use rusty_s3::{Bucket as Address, S3Action, UrlStyle};
use sha2::{Digest, Sha256};
use ureq::Body;
use ureq::http::Response;

use super::{Kept, is_hash};
use crate::StoreError;
use wire::{Fault, Wire};

/// Names the node to which everything below the prefix belongs.
const OWNER: &str = "owner";
/// No name of a node is longer.
const MOST_OWNER_BYTES: u64 = 200;
/// Files on a page of a list: the most that S3 gives.
const PAGE: usize = 1_000;
/// Nothing that we keep is larger; a longer answer is not ours.
const MOST_BYTES: u64 = 512 * 1024 * 1024;
/// What a trial keeps, reads and removes.
const TRIAL: &[u8] = b"Townhall tries out whether it may keep, read and remove files here.\n";
/// The header by which a store says what it understood that the content is.
const CHECKSUM: &str = "x-amz-checksum-sha256";

/// Where and as whom.
#[derive(Debug, Clone)]
pub struct S3Settings {
    /// Address of the store, such as `https://s3.example.vn`.
    pub endpoint: String,
    /// The bucket; it must be there.
    pub bucket: String,
    /// What the store calls its region.
    pub region: String,
    /// Everything lies below it; without slashes at its ends, empty for the whole bucket.
    pub prefix: String,
    /// Whether the bucket stands in the path of an address, and not before the host.
    pub path_style: bool,
    /// As whom.
    pub keys: Keys,
    /// Certificates (PEM) of the authorities that count instead of the public ones, when there are any.
    pub authorities: Vec<Vec<u8>>,
    /// How long an answer, or the next piece of one, may take.
    pub patience: Duration,
}

impl S3Settings {
    /// How long an answer may take when nothing else is said.
    pub const PATIENCE: Duration = Duration::from_secs(20);

    /// Whether address and bucket fit together; nobody is asked.
    ///
    /// # Errors
    /// [`StoreError::Setting`] with the reason.
    pub fn check(&self) -> Result<(), StoreError> {
        self.address().map(|_| ())
    }

    fn address(&self) -> Result<Address, StoreError> {
        let style = if self.path_style {
            UrlStyle::Path
        } else {
            UrlStyle::VirtualHost
        };
        let setting = |why: &str| StoreError::Setting(why.to_owned());
        let endpoint = self
            .endpoint
            .parse()
            .map_err(|_| setting("the address of the store of papers cannot be read"))?;
        Address::new(endpoint, style, self.bucket.clone(), self.region.clone())
            .map_err(|_| setting("a bucket of this name cannot stand before this host: set `s3_path_style`"))
    }
}

/// The name and the secret with which requests are signed; never shown.
#[derive(Clone)]
pub struct Keys {
    /// Name.
    pub access: String,
    /// Secret.
    pub secret: String,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys")
    }
}

/// The bucket with everything that is needed to ask it.
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    wire: Wire,
    /// Empty, or with a slash at its end.
    prefix: String,
    /// The node in whose name files are removed.
    node: Option<String>,
}

impl Bucket {
    pub(super) fn new(settings: &S3Settings) -> Result<Self, StoreError> {
        let prefix = match settings.prefix.as_str() {
            "" => String::new(),
            prefix => format!("{prefix}/"),
        };
        Ok(Self {
            wire: Wire::new(settings.address()?, settings),
            prefix,
            node: None,
        })
    }

    pub(super) fn in_the_name_of(&self, node: &str) -> Self {
        Self {
            node: Some(node.to_owned()),
            ..self.clone()
        }
    }

    pub(super) fn place(&self) -> String {
        format!(
            "{}/{}",
            self.wire.address().name(),
            self.prefix.trim_end_matches('/')
        )
    }

    fn key(&self, sha256: &str) -> String {
        format!("{}{}/{sha256}", self.prefix, &sha256[..2])
    }

    /// The hash that a key of the list names; nothing when something else lies there.
    fn hash_of(&self, key: &str) -> Option<String> {
        let (shelf, sha256) = key.strip_prefix(&self.prefix)?.split_once('/')?;
        (is_hash(sha256) && sha256.starts_with(shelf) && shelf.len() == 2).then(|| sha256.to_owned())
    }

    /// Keeps a file that lies here; back comes the promise of the store that it has this content.
    pub(super) fn put(&self, sha256: &str, spooled: &Path) -> Result<(), StoreError> {
        self.put_by(sha256, |action, header| {
            self.wire.send_file(action, header, spooled)
        })
    }

    fn put_by(
        &self,
        sha256: &str,
        send: impl Fn(&PutObject<'_>, (&str, &str)) -> Result<Response<Body>, Fault>,
    ) -> Result<(), StoreError> {
        let digest = hex::decode(sha256).map_err(|_| StoreError::DamagedFile(sha256.to_owned()))?;
        let (key, checksum) = (self.key(sha256), BASE64.encode(digest));
        let is_confirmed = self.wire.attempts("keeping a file", || {
            let mut action = self.wire.address().put_object(Some(self.wire.keys()), &key);
            action.headers_mut().insert(CHECKSUM, checksum.clone());
            let answer = send(&action, (CHECKSUM, &checksum))?;
            match answer.headers().get(CHECKSUM) {
                None => Ok(false),
                Some(said) if said.as_bytes() == checksum.as_bytes() => Ok(true),
                Some(_) => Err(Fault::Again(StoreError::PapersAway(
                    "it understood another content than was sent".to_owned(),
                ))),
            }
        })?;
        if is_confirmed {
            return Ok(());
        }
        self.get(sha256, false).map(|_| ()).map_err(|error| match error {
            StoreError::DamagedFile(_) | StoreError::MissingFile(_) => {
                StoreError::PapersAway("what it was given is not what it gives back".to_owned())
            }
            error => error,
        })
    }

    pub(super) fn read(&self, sha256: &str) -> Result<Vec<u8>, StoreError> {
        self.get(sha256, true)
    }

    /// Reads a file and checks it; its content only when it is wanted.
    fn get(&self, sha256: &str, is_wanted: bool) -> Result<Vec<u8>, StoreError> {
        let key = self.key(sha256);
        self.wire.attempts("reading a file", || {
            let action = self.wire.address().get_object(Some(self.wire.keys()), &key);
            let mut answer = self
                .wire
                .get(&action)
                .map_err(|fault| fault.or_missing(|| StoreError::MissingFile(sha256.to_owned())))?;
            let (mut hash, mut bytes, mut content) = (Sha256::new(), 0, Vec::new());
            wire::each_piece(&mut answer, |piece| {
                hash.update(piece);
                bytes += piece.len() as u64;
                if is_wanted {
                    content.extend_from_slice(piece);
                }
                bytes <= MOST_BYTES
            })?;
            if hex::encode(hash.finalize()) == sha256 {
                Ok(content)
            } else {
                // Once more: a line that ends early without saying so looks the same as a damaged file.
                Err(Fault::Again(StoreError::DamagedFile(sha256.to_owned())))
            }
        })
    }

    /// Removes a file unless it is younger; true also when it was not there any more.
    pub(super) fn remove(&self, sha256: &str, age: Duration) -> Result<bool, StoreError> {
        let key = self.key(sha256);
        let (page, _) = self.page(&key, None, 1)?;
        match page.into_iter().find(|kept| kept.sha256 == sha256) {
            None => Ok(true),
            Some(kept) if !kept.is_older_than(age) => Ok(false),
            Some(_) => self.delete(&key).map(|_| true),
        }
    }

    /// Deletes an object; whether the store has kept a version of it all the same.
    fn delete(&self, key: &str) -> Result<bool, StoreError> {
        self.wire.attempts("removing a file", || {
            let action = self.wire.address().delete_object(Some(self.wire.keys()), key);
            match self.wire.delete(&action) {
                Ok(answer) => Ok(answer.headers().contains_key("x-amz-delete-marker")),
                Err(Fault::Missing) => Ok(false),
                Err(fault) => Err(fault),
            }
        })
    }

    pub(super) fn each_page(
        &self,
        visit: &mut dyn FnMut(Vec<Kept>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut token: Option<String> = None;
        loop {
            let (page, next) = self.page(&self.prefix, token.as_deref(), PAGE)?;
            visit(page)?;
            match next {
                None => return Ok(()),
                same if same == token => {
                    return Err(StoreError::PapersRefused("its list does not end".to_owned()));
                }
                next => token = next,
            }
        }
    }

    /// One page of what lies below a prefix, and how to go on.
    fn page(
        &self,
        prefix: &str,
        token: Option<&str>,
        most: usize,
    ) -> Result<(Vec<Kept>, Option<String>), StoreError> {
        self.wire
            .attempts("listing files", || self.page_once(prefix, token, most))
    }

    fn page_once(
        &self,
        prefix: &str,
        token: Option<&str>,
        most: usize,
    ) -> Result<(Vec<Kept>, Option<String>), Fault> {
        let mut action = self.wire.address().list_objects_v2(Some(self.wire.keys()));
        action.with_prefix(prefix.to_owned());
        action.with_max_keys(most);
        if let Some(token) = token {
            action.with_continuation_token(token.to_owned());
        }
        let mut answer = self.wire.get(&action)?;
        let text = wire::text_of(&mut answer)?;
        let list = ListObjectsV2::parse_response(&text)
            .map_err(|_| Fault::Final(StoreError::PapersRefused("its list cannot be read".to_owned())))?;
        let kept = list.contents.into_iter().filter_map(|object| {
            let sha256 = self.hash_of(&object.key)?;
            let modified = object
                .last_modified
                .and_then(|text| text.parse::<Timestamp>().ok())
                .map(SystemTime::from);
            Some(Kept { sha256, modified })
        });
        Ok((kept.collect(), list.next_continuation_token))
    }

    /// The node that this place belongs to.
    pub(super) fn owner(&self) -> Result<Option<String>, StoreError> {
        let key = format!("{}{OWNER}", self.prefix);
        self.wire.attempts("asking whose the bucket is", || {
            let action = self.wire.address().get_object(Some(self.wire.keys()), &key);
            let mut answer = match self.wire.get(&action) {
                Ok(answer) => answer,
                Err(Fault::Missing) => return Ok(None),
                Err(fault) => return Err(fault),
            };
            let mut name = Vec::new();
            wire::each_piece(&mut answer, |piece| {
                name.extend_from_slice(piece);
                name.len() as u64 <= MOST_OWNER_BYTES
            })?;
            Ok(Some(String::from_utf8_lossy(&name).trim().to_owned()))
        })
    }

    /// Makes sure that this place belongs to our node; one that is nobody's is taken.
    pub(super) fn own(&self, by_force: bool) -> Result<(), StoreError> {
        let Some(node) = &self.node else {
            return Err(StoreError::PapersRefused(
                "whoever only looks removes nothing".to_owned(),
            ));
        };
        match self.owner()? {
            Some(owner) if owner == *node => Ok(()),
            Some(_) if !by_force => Err(StoreError::PapersRefused(format!(
                "{} belongs to another node, which would sweep our papers and we its: give this node a bucket or a \
                 prefix of its own",
                self.place()
            ))),
            Some(_) | None => {
                let key = format!("{}{OWNER}", self.prefix);
                self.wire.attempts("taking the bucket", || {
                    let action = self.wire.address().put_object(Some(self.wire.keys()), &key);
                    self.wire.send_bytes(&action, None, node.as_bytes()).map(|_| ())
                })
            }
        }
    }

    /// Asked once and quickly, for readiness.
    pub(super) fn look(&self) -> Result<(), StoreError> {
        wire::once(|| self.page_once(&self.prefix, None, 1).map(|_| ()))
    }

    pub(super) fn try_out(&self) -> Result<Option<&'static str>, StoreError> {
        self.page(&self.prefix, None, 1)?;
        let sha256 = hex::encode(Sha256::digest(TRIAL));
        self.put_by(&sha256, |action, header| {
            self.wire.send_bytes(action, Some(header), TRIAL)
        })?;
        self.read(&sha256)?;
        let keeps_versions = self.delete(&self.key(&sha256))?;
        Ok(keeps_versions.then_some(
            "the bucket keeps versions of what was removed: let it expire them, or erased papers stay there",
        ))
    }
}
