//! Secrets in the OS keychain, an encrypted file, or memory.
