//! Response bodies: rendered once, tagged by a digest of their content, compressed when first needed.

use std::io::Write;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::edition::Edition;

/// Bodies smaller than this are not compressed, in bytes.
pub const COMPRESS_FROM_BYTES: usize = 512;

/// A content coding of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Not encoded.
    Identity,
    /// gzip, RFC 1952.
    Gzip,
    /// Brotli, RFC 7932.
    Brotli,
}

impl Encoding {
    /// The name in `Content-Encoding`; none for [`Encoding::Identity`].
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Encoding::Identity => None,
            Encoding::Gzip => Some("gzip"),
            Encoding::Brotli => Some("br"),
        }
    }
}

/// A rendered response body; cheap to clone.
#[derive(Debug, Clone)]
pub struct Body {
    rendered: Arc<Rendered>,
    /// What the body was made from, for `Last-Modified`; none where that is not known.
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

    /// Renders a value as JSON with another media type.
    ///
    /// # Panics
    /// Never for our answers, which are plain data with text keys.
    #[must_use]
    pub fn json_as<T: Serialize + ?Sized>(content_type: &'static str, value: &T) -> Self {
        let text = serde_json::to_vec(value).expect("answers are plain data with text keys");
        Self::new(content_type, text)
    }

    /// Makes a body of bytes that are rendered already.
    #[must_use]
    pub fn new(content_type: &'static str, bytes: impl Into<Bytes>) -> Self {
        let plain = bytes.into();
        let tag = hex::encode(&Sha256::digest(&plain)[..16]);
        let rendered = Rendered { content_type, tag, plain, gzip: OnceLock::new(), brotli: OnceLock::new() };
        Body { rendered: Arc::new(rendered), edition: None }
    }

    /// The same body with an edition. It must depend on nothing that can change while the edition stays the same.
    #[must_use]
    pub fn with_edition(self, edition: &Arc<Edition>) -> Self {
        Body { edition: Some(Arc::clone(edition)), ..self }
    }

    /// The time for `Last-Modified`; see [`Edition::modified_at`]. None without an edition.
    #[must_use]
    pub fn modified_at(&self) -> Option<DateTime<Utc>> {
        self.edition.as_ref()?.modified_at()
    }

    /// A digest of the uncompressed bytes, in hexadecimal. It changes only when the content does.
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.rendered.tag
    }

    /// The media type.
    #[must_use]
    pub fn content_type(&self) -> &'static str {
        self.rendered.content_type
    }

    /// The uncompressed length, in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rendered.plain.len()
    }

    /// True if the body has no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rendered.plain.is_empty()
    }

    /// True if the body is in memory in this encoding, so that [`Body::bytes`] costs nothing.
    #[must_use]
    pub fn has_encoding(&self, encoding: Encoding) -> bool {
        match encoding {
            Encoding::Identity => true,
            Encoding::Gzip => self.rendered.gzip.get().is_some(),
            Encoding::Brotli => self.rendered.brotli.get().is_some(),
        }
    }

    /// True if the body is large enough to be worth compressing.
    #[must_use]
    pub fn is_compressible(&self) -> bool {
        self.rendered.plain.len() >= COMPRESS_FROM_BYTES
    }

    /// The bytes in an encoding. Compresses them on first use.
    #[must_use]
    pub fn bytes(&self, encoding: Encoding) -> Bytes {
        let Rendered { plain, gzip, brotli, .. } = &*self.rendered;
        match encoding {
            Encoding::Identity => plain.clone(),
            Encoding::Gzip => gzip.get_or_init(|| compress_gzip(plain).unwrap_or_else(|| plain.clone())).clone(),
            Encoding::Brotli => brotli.get_or_init(|| compress_brotli(plain).unwrap_or_else(|| plain.clone())).clone(),
        }
    }
}

/// Compresses with gzip. Returns none if writing fails, rather than a truncated body; writing to memory does not fail.
fn compress_gzip(plain: &[u8]) -> Option<Bytes> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(plain).ok()?;
    encoder.finish().ok().map(Bytes::from)
}

fn compress_brotli(plain: &[u8]) -> Option<Bytes> {
    // Quality 5 of 11: nearly the ratio of 11, in a fiftieth of the time.
    let mut encoder = brotli::CompressorWriter::new(Vec::new(), 4096, 5, 20);
    encoder.write_all(plain).ok()?;
    encoder.flush().ok()?;
    Some(Bytes::from(encoder.into_inner()))
}
