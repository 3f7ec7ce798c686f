#ifndef CLARITY_CLIENTS_ADMIN_TOKEN_H_
#define CLARITY_CLIENTS_ADMIN_TOKEN_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "clients/core/environment.h"

// Tokens and the keys that sign them: JSON Web Tokens (RFC 7519), ES256. For a group that has an
// identity provider this is only for operators and services; for a first run it is all there is.
namespace clarity::client {

// A key that signs. Its id is the name of its file without ".pem"; the server verifies with the
// public key of the same name.
struct SigningKey {
  std::string id;
  std::string private_pem;
};

// Makes an EC P-256 key pair: "{private_directory}/{id}.pem", for its owner's eyes only, and the
// public key as "{id}.pem" in `public_directory` or, where that is empty, as "{id}.pub.pem" beside
// the private one. The id is part of the public key's SHA-256. Makes the directories.
absl::StatusOr<SigningKey> GenerateKey(const std::string& private_directory,
                                       const std::string& public_directory);

// Reads a private key from a PEM file, or from a directory that holds exactly one.
absl::StatusOr<SigningKey> ReadKey(const std::string& path);

// The longest that a token can be good for.
inline constexpr int kTokenYearsMost = 10;

// What a token says.
struct TokenClaims {
  std::string issuer = "clarity";
  std::string audience = "clarity";
  std::string subject;             // who: "agent-7"
  std::string actor;               // who really acts, where it is for the subject; empty: the same
  std::vector<std::string> roles;  // PATIENT, AGENT, STAFF, CLINICIAN, OPERATOR, SERVICE
  std::string patient;             // "patients/{id}" of a PATIENT
  std::string practitioner;        // "practitioners/{id}" of a CLINICIAN
  std::vector<std::string> clinics;  // "clinics/{id}"; "clinics/-": all
  absl::Duration valid = absl::Hours(12);
};

// A signed token, good from now on. INVALID_ARGUMENT when the claims contradict each other.
absl::StatusOr<std::string> IssueToken(const TokenClaims& claims, const SigningKey& key,
                                       const Environment& environment);

}  // namespace clarity::client

#endif  // CLARITY_CLIENTS_ADMIN_TOKEN_H_
