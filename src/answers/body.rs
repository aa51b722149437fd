//! Answers as bytes: rendered once, tagged by their content, compressed when first asked for.

use std::io::Write;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::edition::Edition;

/// Bodies smaller than this are not compressed, in bytes.
pub const COMPRESS_FROM_BYTES: usize = 512;

/// How a body is encoded for the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// As it is.
    Identity,
    /// RFC 1952.
    Gzip,
    /// RFC 7932.
    Brotli,
}

impl Encoding {
    /// The name in `Content-Encoding`; none for the plain body.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Encoding::Identity => None,
            Encoding::Gzip => Some("gzip"),
            Encoding::Brotli => Some("br"),
        }
    }
}

/// A rendered answer; cheap to clone.
#[derive(Debug, Clone)]
pub struct Body {
    rendered: Arc<Rendered>,
    /// Since when it is so; none where that is not known.
    edition: Option<Arc<Edition>>,
}

#[derive(Debug)]
struct Rendered {
    content_type: &'static str,
    tag: String,
    plain: Bytes,
    gzip: OnceLock<Bytes>,
    brotli: OnceLock<Bytes>,
}

impl Body {
    /// Renders a value as JSON.
    ///
    /// # Panics
    /// Never for our answers, which are plain data with text keys.
    #[must_use]
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Self {
        Self::json_as("application/json", value)
    }

    /// Renders a value as JSON of a media type of its own.
    ///
    /// # Panics
    /// Never for our answers, which are plain data with text keys.
    #[must_use]
    pub fn json_as<T: Serialize + ?Sized>(content_type: &'static str, value: &T) -> Self {
        let text = serde_json::to_vec(value).expect("answers are plain data with text keys");
        Self::new(content_type, text)
    }

    /// Takes bytes as they are.
    #[must_use]
    pub fn new(content_type: &'static str, bytes: impl Into<Bytes>) -> Self {
        let plain = bytes.into();
        let tag = hex::encode(&Sha256::digest(&plain)[..16]);
        let rendered = Rendered { content_type, tag, plain, gzip: OnceLock::new(), brotli: OnceLock::new() };
        Body { rendered: Arc::new(rendered), edition: None }
    }

    /// The same, made of nothing that changes without the edition.
    #[must_use]
    pub fn of(self, edition: &Arc<Edition>) -> Self {
        Body { edition: Some(Arc::clone(edition)), ..self }
    }

    /// The time before which it was not so, if that is known.
    #[must_use]
    pub fn modified_at(&self) -> Option<DateTime<Utc>> {
        self.edition.as_ref()?.modified_at()
    }

    /// What it is made of: a digest of the plain bytes, so it changes only when the answer does.
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.rendered.tag
    }

    /// Its media type.
    #[must_use]
    pub fn content_type(&self) -> &'static str {
        self.rendered.content_type
    }

    /// How many bytes it has in plain.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rendered.plain.len()
    }

    /// Whether it has no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rendered.plain.is_empty()
    }

    /// Whether it is there in an encoding, and need not be made.
    #[must_use]
    pub fn has(&self, encoding: Encoding) -> bool {
        match encoding {
            Encoding::Identity => true,
            Encoding::Gzip => self.rendered.gzip.get().is_some(),
            Encoding::Brotli => self.rendered.brotli.get().is_some(),
        }
    }

    /// Whether it is large enough for compression to pay.
    #[must_use]
    pub fn is_compressible(&self) -> bool {
        self.rendered.plain.len() >= COMPRESS_FROM_BYTES
    }

    /// The bytes in an encoding.
    #[must_use]
    pub fn bytes(&self, encoding: Encoding) -> Bytes {
        let Rendered { plain, gzip, brotli, .. } = &*self.rendered;
        match encoding {
            Encoding::Identity => plain.clone(),
            Encoding::Gzip => gzip.get_or_init(|| gzip_of(plain).unwrap_or_else(|| plain.clone())).clone(),
            Encoding::Brotli => brotli.get_or_init(|| brotli_of(plain).unwrap_or_else(|| plain.clone())).clone(),
        }
    }
}

/// Writing to memory does not fail; if it did, nothing rather than half a body is kept.
fn gzip_of(plain: &[u8]) -> Option<Bytes> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(plain).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

fn brotli_of(plain: &[u8]) -> Option<Bytes> {
    // Quality 5 of 11: close to the best ratio at a fiftieth of its time.
    let mut encoder = brotli::CompressorWriter::new(Vec::new(), 4096, 5, 20);
    encoder.write_all(plain).ok()?;
    encoder.flush().ok()?;
    Some(Bytes::from(encoder.into_inner()))
}
