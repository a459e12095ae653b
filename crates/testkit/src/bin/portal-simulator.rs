//! The portal simulator as a server to play with: `portal-simulator 127.0.0.1:9100`.
//!
//! `POST /simulator/dossiers` files a dossier, `PUT /simulator/outage` breaks it down; see `docs/PORTAL.md`.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use townhall_testkit::portal::{PortalSimulator, TOKEN};

#[tokio::main]
async fn main() -> Result<()> {
    let address = std::env::args()
        .nth(1)
        .unwrap_or_else(|| "127.0.0.1:9100".to_owned());
    let address: SocketAddr = address.parse().context("an address such as 127.0.0.1:9100")?;
    let address = PortalSimulator::default().serve(address).await?;
    println!("ready http://{address} (token: {TOKEN})");
    std::future::pending::<()>().await;
    Ok(())
}
