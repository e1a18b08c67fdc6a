//! One order of a certificate: the steps of RFC 8555.

use std::time::Duration;

use instant_acme::{
    Account, AuthorizationStatus, ChallengeType, Identifier, NewOrder, Order, OrderStatus,
    RetryPolicy,
};

use super::error::{AcmeError, text_of};
use crate::domain::Domain;
use crate::tls::Tls;

/// How often the authority is asked whether it is done: at first after the delay, then after double the time.
const POLLS: RetryPolicy = RetryPolicy::new()
    .initial_delay(Duration::from_millis(500))
    .timeout(Duration::from_secs(2 * 60));

/// Orders a certificate for `domains`, and proves by `tls` that they lead here. Returns the certificate, its chain and
/// its key, in PEM format.
///
/// # Errors
/// Returns an error if the authority refuses it or cannot be reached.
pub(super) async fn order(
    account: &Account,
    tls: &Tls,
    domains: &[Domain],
) -> Result<String, AcmeError> {
    let names: Vec<_> =
        domains.iter().map(|domain| Identifier::Dns(domain.as_str().to_owned())).collect();
    let mut order = account.new_order(&NewOrder::new(&names)).await?;
    prove(&mut order, tls).await?;
    if order.state().status != OrderStatus::Ready {
        let polled = order.poll_ready(&POLLS).await;
        if !matches!(polled, Ok(OrderStatus::Ready)) {
            return Err(unproven(&mut order).await.unwrap_or_else(|| ended(polled)));
        }
    }
    let key = order.finalize().await?;
    let chain = order.poll_certificate(&POLLS).await?;
    Ok(format!("{chain}{key}"))
}

/// Answers the challenge of each domain that the authority has not looked at lately.
async fn prove(order: &mut Order, tls: &Tls) -> Result<(), AcmeError> {
    let mut authorizations = order.authorizations();
    while let Some(authorization) = authorizations.next().await {
        let mut authorization = authorization?;
        if authorization.status != AuthorizationStatus::Pending {
            continue;
        }
        let domain = domain_of(&authorization.identifier().to_string())?;
        let Some(mut challenge) = authorization.challenge(ChallengeType::TlsAlpn01) else {
            return Err(AcmeError::NoChallenge(domain));
        };
        let digest = challenge.key_authorization().digest();
        let digest = digest.as_ref().try_into().map_err(|_| AcmeError::Ended)?;
        tls.set_proof(&domain, &digest).map_err(AcmeError::Issued)?;
        challenge.set_ready().await?;
    }
    Ok(())
}

/// The domain that the authority has found no proof for, with its words.
async fn unproven(order: &mut Order) -> Option<AcmeError> {
    let mut authorizations = order.authorizations();
    while let Some(Ok(mut authorization)) = authorizations.next().await {
        authorization.refresh().await.ok()?;
        let problem =
            authorization.challenges.iter().find_map(|challenge| challenge.error.as_ref());
        if let Some(reason) = problem.map(text_of) {
            let domain = domain_of(&authorization.identifier().to_string()).ok()?;
            return Some(AcmeError::Unproven { domain, reason });
        }
    }
    None
}

/// Why an order that was polled has ended.
fn ended(polled: Result<OrderStatus, instant_acme::Error>) -> AcmeError {
    polled.map_or_else(AcmeError::from, |_| AcmeError::Ended)
}

fn domain_of(identifier: &str) -> Result<Domain, AcmeError> {
    identifier.parse().map_err(|_| {
        AcmeError::Authority(format!(
            "the authority asks for {identifier:?}, which was not ordered"
        ))
    })
}
