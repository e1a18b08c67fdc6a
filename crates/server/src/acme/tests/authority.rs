//! An authority that is asked without a network, and looks for proofs as a real one does.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use chat_proto::ServerKey;
use data_encoding::BASE64URL_NOPAD;
use http_body_util::{BodyExt, Full};
use hyper::{Request, Response};
use instant_acme::{BodyWrapper, BytesResponse, Error, HttpClient};
use rcgen::{
    BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, PKCS_ECDSA_P256_SHA256,
    PublicKeyData, SignatureAlgorithm, date_time_ymd,
};
use rustls::pki_types::CertificateDer;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::client::{show, trusting_anybody};
use crate::acme::validity::{INTEGER, SEQUENCE, part};
use crate::tls::Tls;

/// The URL of its directory.
pub(super) const DIRECTORY: &str = "https://authority.example/dir";

/// The first day and the last of a certificate.
type Days = [(i32, u8, u8); 2];

/// An authority. A clone is the same one.
#[derive(Clone)]
pub(super) struct Authority(Arc<Mutex<State>>);

pub(super) struct State {
    root: CertificateParams,
    root_key: Arc<KeyPair>,
    /// What it looks at to find a proof.
    looks_at: Arc<Tls>,
    /// The next certificate is valid on these days.
    pub(super) days: Days,
    /// What it says to each path instead of an answer.
    pub(super) problems: HashMap<&'static str, Value>,
    /// The challenges that it offers.
    pub(super) challenge: &'static str,
    pub(super) panics: bool,
    /// All paths that it was asked for.
    pub(super) asked: Vec<String>,
    thumbs: Vec<String>,
    orders: Vec<Order>,
}

struct Order {
    domains: Vec<String>,
    proven: Vec<Option<Result<(), String>>>,
    certificate: Option<String>,
}

impl Authority {
    /// One that looks at the daemon with `looks_at`.
    pub(super) fn new(looks_at: Arc<Tls>) -> Self {
        let mut root = CertificateParams::new([]).unwrap();
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root_key = Arc::new(KeyPair::generate().unwrap());
        Self(Arc::new(Mutex::new(State {
            root,
            root_key,
            looks_at,
            days: [(2026, 11, 1), (2027, 1, 30)],
            problems: HashMap::new(),
            challenge: "tls-alpn-01",
            panics: false,
            asked: Vec::new(),
            thumbs: Vec::new(),
            orders: Vec::new(),
        })))
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Looks at another daemon from now on.
    pub(super) fn look_at(&self, tls: Arc<Tls>) {
        self.state().looks_at = tls;
    }

    /// The certificate of the authority.
    pub(super) fn root(&self) -> CertificateDer<'static> {
        let state = self.state();
        state.root.self_signed(&*state.root_key).unwrap().der().clone()
    }

    /// How often it was asked for `path`.
    pub(super) fn count(&self, path: &str) -> usize {
        self.state().asked.iter().filter(|asked| *asked == path).count()
    }

    async fn answer(self, request: Request<BodyWrapper<Bytes>>) -> Response<Full<Bytes>> {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path().to_owned();
        let body = body.collect().await.unwrap().to_bytes();
        let signed: Value = serde_json::from_slice(&body).unwrap_or_default();
        let problem = {
            let mut state = self.state();
            state.asked.push(path.clone());
            let panics = state.panics;
            let problem = state.problems.get(path.as_str()).cloned();
            drop(state);
            assert!(!panics, "the authority has vanished");
            problem
        };
        if let Some(problem) = problem {
            return response(400, "", problem.to_string());
        }
        if let Some(at) = path.strip_prefix("/proof/") {
            let (order, nth) = at.split_once('/').unwrap();
            return self.look(order.parse().unwrap(), nth.parse().unwrap()).await;
        }
        self.state().answer(&path, &decoded(&signed["protected"]), &decoded(&signed["payload"]))
    }

    /// Looks for the proof of a domain.
    async fn look(&self, order: usize, nth: usize) -> Response<Full<Bytes>> {
        let (domain, tls, thumb) = {
            let state = self.state();
            let thumb = state.thumbs.last().unwrap().clone();
            (state.orders[order].domains[nth].clone(), Arc::clone(&state.looks_at), thumb)
        };
        let expected = Sha256::digest(format!("{}.{thumb}", token(order, nth)));
        let shown = show(&tls, trusting_anybody(&[b"acme-tls/1"]), &domain).await;
        let has_proof = |certificate: &CertificateDer<'_>| {
            certificate.windows(34).any(|bytes| bytes[..2] == [4, 32] && bytes[2..] == *expected)
        };
        let is_proven = shown.is_ok_and(|shown| {
            shown.alpn.as_deref() == Some(b"acme-tls/1") && has_proof(&shown.chain[0])
        });
        let found = if is_proven { Ok(()) } else { Err("no proof at port 443".to_owned()) };
        // A real one answers before it looks.
        let mut state = self.state();
        let challenge = state.challenge(order, nth);
        state.orders[order].proven[nth] = Some(found);
        response(200, "", challenge.to_string())
    }
}

impl State {
    fn answer(&mut self, path: &str, header: &Value, payload: &Value) -> Response<Full<Bytes>> {
        let (kind, at) = path[1..].split_once('/').unwrap_or((&path[1..], ""));
        let mut numbers = at.split('/').map_while(|number| number.parse::<usize>().ok());
        let (order, nth) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        match kind {
            "dir" => {
                let directory = json!({
                    "newNonce": url("nonce"), "newAccount": url("account"), "newOrder": url("new"),
                });
                response(200, "", directory.to_string())
            }
            "nonce" => response(200, "", String::new()),
            "account" => {
                let key = &header["jwk"];
                let canonical = format!(
                    r#"{{"crv":{},"kty":{},"x":{},"y":{}}}"#,
                    key["crv"], key["kty"], key["x"], key["y"]
                );
                // The same form as that of a key of the daemon.
                let thumb = ServerKey::from_sha256(Sha256::digest(canonical).into());
                self.thumbs.push(thumb.to_string());
                response(201, "of/1", json!({"status": "valid"}).to_string())
            }
            "new" => {
                let identifiers = payload["identifiers"].as_array().unwrap();
                let domains: Vec<_> = identifiers
                    .iter()
                    .map(|one| one["value"].as_str().unwrap().to_owned())
                    .collect();
                let proven = vec![None; domains.len()];
                self.orders.push(Order { domains, proven, certificate: None });
                let order = self.orders.len() - 1;
                response(201, &format!("order/{order}"), self.order(order).to_string())
            }
            "authorization" => response(200, "", self.authorization(order, nth).to_string()),
            "order" => response(200, "", self.order(order).to_string()),
            "finalize" => {
                self.orders[order].certificate = Some(self.certify(order, &payload["csr"]));
                response(200, "", self.order(order).to_string())
            }
            "certificate" => {
                response(200, "", self.orders[order].certificate.clone().unwrap_or_default())
            }
            _ => response(404, "", json!({"detail": path}).to_string()),
        }
    }

    fn order(&self, number: usize) -> Value {
        let order = &self.orders[number];
        let status = if order.certificate.is_some() {
            "valid"
        } else if order.proven.iter().any(|proven| matches!(proven, Some(Err(_)))) {
            "invalid"
        } else if order.proven.iter().all(Option::is_some) {
            "ready"
        } else {
            "pending"
        };
        let authorizations: Vec<_> = (0..order.domains.len())
            .map(|nth| url(&format!("authorization/{number}/{nth}")))
            .collect();
        json!({
            "status": status, "authorizations": authorizations,
            "finalize": url(&format!("finalize/{number}")),
            "certificate": url(&format!("certificate/{number}")),
        })
    }

    fn authorization(&self, order: usize, nth: usize) -> Value {
        let status = match &self.orders[order].proven[nth] {
            None => "pending",
            Some(Ok(())) => "valid",
            Some(Err(_)) => "invalid",
        };
        let domain = &self.orders[order].domains[nth];
        json!({
            "status": status, "identifier": {"type": "dns", "value": domain},
            "challenges": [self.challenge(order, nth)],
        })
    }

    fn challenge(&self, order: usize, nth: usize) -> Value {
        let url = url(&format!("proof/{order}/{nth}"));
        let mut challenge = json!({
            "type": self.challenge, "url": url, "token": token(order, nth), "status": "processing",
        });
        if let Some(Err(detail)) = &self.orders[order].proven[nth] {
            challenge["status"] = "invalid".into();
            challenge["error"] = json!({"detail": detail});
        }
        challenge
    }

    /// A certificate for the key in a request.
    fn certify(&self, order: usize, request: &Value) -> String {
        let request = from_base64(request);
        let mut parameters = CertificateParams::new(self.orders[order].domains.clone()).unwrap();
        let [from, until] = self.days.map(|(year, month, day)| date_time_ymd(year, month, day));
        (parameters.not_before, parameters.not_after) = (from, until);
        let issuer = Issuer::new(self.root.clone(), &*self.root_key);
        parameters.signed_by(&asked_key(&request).unwrap(), &issuer).unwrap().pem()
    }
}

impl HttpClient for Authority {
    fn request(
        &self,
        request: Request<BodyWrapper<Bytes>>,
    ) -> Pin<Box<dyn Future<Output = Result<BytesResponse, Error>> + Send>> {
        let answer = self.clone().answer(request);
        Box::pin(async { Ok(answer.await.into()) })
    }
}

/// The public key in a request for a certificate.
struct AskedKey(Vec<u8>);

impl PublicKeyData for AskedKey {
    fn der_bytes(&self) -> &[u8] {
        &self.0
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}

fn asked_key(request: &[u8]) -> Option<AskedKey> {
    const BIT_STRING: u8 = 3;
    let (info, _) = part(part(request, SEQUENCE)?.0, SEQUENCE)?;
    let (_version, rest) = part(info, INTEGER)?;
    let (_name, rest) = part(rest, SEQUENCE)?;
    let (_algorithm, rest) = part(part(rest, SEQUENCE)?.0, SEQUENCE)?;
    let (bits, _) = part(rest, BIT_STRING)?;
    Some(AskedKey(bits[1..].to_vec()))
}

fn url(path: &str) -> String {
    format!("https://authority.example/{path}")
}

fn token(order: usize, nth: usize) -> String {
    format!("token-{order}-{nth}")
}

fn response(status: u16, location: &str, body: String) -> Response<Full<Bytes>> {
    Response::builder()
        .status(status)
        .header("replay-nonce", "one")
        .header("location", url(location))
        .body(Full::new(body.into()))
        .unwrap()
}

/// The JSON in a part of a signed request; `Null` if there is none.
fn decoded(part: &Value) -> Value {
    serde_json::from_slice(&from_base64(part)).unwrap_or_default()
}

/// The bytes in a part of a signed request; none if it is left out.
fn from_base64(part: &Value) -> Vec<u8> {
    BASE64URL_NOPAD.decode(part.as_str().unwrap_or_default().as_bytes()).unwrap()
}
