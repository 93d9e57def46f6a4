//! The sentences for every cause: what happened, and what to do about it.

/// What happened and what to do. An unknown code gives the honest answer that nothing is known.
pub(super) fn words(code: &str) -> (&'static str, &'static str) {
    match code {
        "secret_whitespace" => (
            "The stored secret has something around it that the sender's has not",
            "Store the secret without it.",
        ),
        "secret_encoding" => (
            "The sender reads the secret in another way (as text, hex or base64) than the scheme says",
            "Store the secret in the form that gives the sender's key, or choose the scheme that reads it so.",
        ),
        "secret_not_hex" => (
            "The scheme reads the secret as hex, and what is stored is not hex",
            "Copy the whole secret again: an even number of the digits 0-9 and A-F.",
        ),
        "secret_prefix" => (
            "The sender treats the secret's prefix otherwise: it counts it in, or cuts it and decodes nothing",
            "Store the secret as the sender shows it, and choose the scheme that reads it so.",
        ),
        "secret_has_extra_prefix" => (
            "The stored secret begins with something that is no part of it",
            "Store the secret without that beginning.",
        ),
        "secret_rotated" => (
            "The request is signed with a secret that has been replaced here",
            "Have the sender use the new secret, or use the old one until it does.",
        ),
        "wrong_secret" => (
            "The secret or the body differs from the sender's",
            "Copy the signing secret of this very endpoint from the sender again.",
        ),
        "other_secret" => {
            ("The request is signed with another of the stored secrets", "Use that secret for this inbox.")
        }
        "empty_secret" => (
            "The secret is empty, so that anybody could sign",
            "Give the sender and this inbox the same secret.",
        ),
        "no_secret" => ("No secret is stored for this inbox", "Add the sender's signing secret."),
        "token_prefix" => (
            "The token was sent or stored with a word before it that the other side leaves out",
            "Store the token as the sender sends it, or choose the scheme that expects the word.",
        ),
        "body_reserialised_json" => (
            "The JSON body was parsed and written anew after it had been signed",
            "Verify the raw bytes: read the body before anything parses it.",
        ),
        "unicode_escaped" => (
            "Characters of the body were escaped or unescaped after it had been signed",
            "Verify the raw bytes: read the body before anything parses it.",
        ),
        "slash_escaped" => (
            "Slashes in the body were escaped or unescaped after it had been signed",
            "Verify the raw bytes: read the body before anything parses it.",
        ),
        "body_missing" => (
            "The signed body and the one that came are not both there: one of them is empty or a placeholder",
            "Look for what consumes the body before it is passed on: a parser, a proxy, a redirect.",
        ),
        "form_reencoded" => (
            "The form was decoded and encoded anew after it had been signed",
            "Verify the raw bytes: read the form before anything parses it.",
        ),
        "charset" => (
            "The body was read or written in another charset than it was signed in",
            "Handle the body as bytes, or as UTF-8 throughout.",
        ),
        "content_encoding" => (
            "Signed were other bytes than came because of compression on the way",
            "Verify the bytes that the sender signs: look at what decompresses or compresses the body.",
        ),
        "body_trailing_newline" => (
            "A line end at the end of the body was added or removed after it had been signed",
            "Pass the body on without adding or trimming anything.",
        ),
        "body_whitespace_trimmed" => (
            "White space around the body was added or removed after it had been signed",
            "Pass the body on without adding or trimming anything.",
        ),
        "body_line_endings" => (
            "The line ends of the body were converted after it had been signed",
            "Handle the body as bytes, not as text.",
        ),
        "body_bom" => (
            "A byte order mark was added to the body or taken from it after it had been signed",
            "Handle the body as bytes, not as text.",
        ),
        "body_tampered" => (
            "The body may have been changed after it was signed",
            "Compare it with what the sender says it sent.",
        ),
        "body_truncated" => (
            "Only the first part of the body was kept, so nothing can be said of its signature",
            "Raise the limit on body size and have it sent again.",
        ),
        "url_scheme" => (
            "The sender signed the address with another scheme (http or https)",
            "Set the public address as the sender has it.",
        ),
        "url_host" => (
            "The sender signed the address with another host",
            "Set the public address as the sender has it.",
        ),
        "url_port" => (
            "The sender signed the address with another port",
            "Set the public address as the sender has it.",
        ),
        "url_path" => (
            "The sender signed the address with another path",
            "Set the public address as the sender has it.",
        ),
        "url_query" => (
            "The sender signed the address with another query",
            "Set the public address as the sender has it, query included.",
        ),
        "url_trailing_slash" => (
            "The sender signed the address with one slash more or less at its end",
            "Set the public address as the sender has it, to the last character.",
        ),
        "signature_encoding_hex_vs_base64" => (
            "The signature is right but written in another encoding (hex or base64) than the scheme says",
            "Choose a scheme with that encoding, or have the sender use the other.",
        ),
        "signature_base64_unpadded" => (
            "The signature is right but its base64 lacks the padding",
            "Have the sender write the padding, or use a scheme that takes it without.",
        ),
        "signature_base64_urlsafe" => (
            "The signature is right but written in the base64 for addresses",
            "Have the sender use plain base64, or use a scheme with base64url.",
        ),
        "signature_url_encoded" => (
            "The signature is right but was percent-encoded, or its plus signs became blanks",
            "Look for what handles the header's value like a part of an address.",
        ),
        "wrong_prefix" => (
            "The signature is right but stands behind another prefix or name than the scheme says",
            "Choose a scheme with that prefix.",
        ),
        "timestamp_expired" => (
            "The signature is right but older than the scheme takes",
            "Deliver sooner, or sign again for a test.",
        ),
        "clock_skew" => (
            "The signature is right, but the clocks of sender and receiver do not agree",
            "Set both clocks by the network.",
        ),
        "timestamp_unit" => (
            "The timestamp is in another unit (seconds, milliseconds, a date) than the scheme says",
            "Choose a scheme with that unit, or have the sender use the other.",
        ),
        "timestamp_reformatted" => (
            "The timestamp was written anew after it had been signed",
            "Pass the timestamp on as text, character by character.",
        ),
        "timestamp_missing_from_message" => (
            "The sender signed without the timestamp that the scheme puts into the message",
            "Choose a scheme without it, or have the sender sign it.",
        ),
        "separator" => (
            "The sender puts the signed message together otherwise than the scheme says",
            "Describe the sender's way in a scheme of your own.",
        ),
        "wrong_hash_algorithm" => (
            "The signature is made with another hash algorithm than the scheme says",
            "Choose the scheme with that algorithm.",
        ),
        "wrong_header" => (
            "What the scheme needs stands in another header, or is not there",
            "Look for what renames or drops headers on the way, or choose the scheme with those names.",
        ),
        "duplicate_header" => (
            "A header came more than once, or its values were joined on the way",
            "Look for what adds the header again.",
        ),
        "signed_header_rewritten" => {
            ("A header that is signed was rewritten on the way", "Pass headers on as they come.")
        }
        "handshake" => (
            "This is no delivery but the sender asking whether the address is willing",
            "Answer it as the sender expects; there is nothing to verify.",
        ),
        "wrong_scheme" => {
            ("The request is signed under another scheme", "Check this inbox under that scheme.")
        }
        "wrong_webhook_id" => (
            "The webhook id that is signed is not the configured one",
            "Copy the id of this very webhook from the sender.",
        ),
        "wrong_config" => {
            ("A configured value that is signed is not the sender's", "Copy the value from the sender again.")
        }
        "crc32_rendered_signed" => (
            "The sender's checksum was written as a signed number",
            "Write the CRC-32 as an unsigned number.",
        ),
        "alg_not_allowed" => (
            "The token names an algorithm that the scheme does not allow",
            "Have the sender use one that is allowed; never accept `none`.",
        ),
        "untrusted_cert_url" => (
            "The request points at a certificate on a host that the scheme does not trust",
            "Treat the request as forged unless the sender documents that host.",
        ),
        "unknown_key_id" => (
            "The request names a key that is not known here",
            "Fetch the sender's current keys and add the one it names.",
        ),
        "url_mismatch" => (
            "The request names another address than the one configured",
            "Set the public address as the sender has it.",
        ),
        "unsupported_version" => {
            ("The request says that it is signed under another version", "Choose the scheme of that version.")
        }
        _ => ("The request does not fit the scheme", "Compare it with the sender's documents."),
    }
}
