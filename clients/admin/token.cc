#include "clients/admin/token.h"

#include <fcntl.h>
#include <jwt.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace clarity::client {
namespace {

namespace fs = std::filesystem;

constexpr char kPrivateSuffix[] = ".pem";
constexpr char kPublicSuffix[] = ".pub.pem";
constexpr size_t kKeyIdBytes = 8;  // of the public key's SHA-256
constexpr const char* kRoles[] = {"PATIENT", "AGENT", "STAFF", "CLINICIAN", "OPERATOR", "SERVICE"};

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

absl::Status FileError(absl::string_view doing, const std::string& path, int error) {
  return absl::FailedPreconditionError(
      absl::StrCat("cannot ", doing, " ", path, ": ", std::strerror(error)));
}

std::string Contents(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return std::string(data, static_cast<size_t>(size));
}

std::string PrivatePem(EVP_PKEY* key) {
  Bio bio(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return Contents(bio.get());
}

std::string PublicPem(EVP_PKEY* key) {
  Bio bio(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PUBKEY(bio.get(), key);
  return Contents(bio.get());
}

std::string KeyId(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(der, static_cast<size_t>(size), digest);
  OPENSSL_free(der);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest), kKeyIdBytes));
}

// Creates the file with these permissions from the start; an existing one is never overwritten.
absl::Status WriteNewFile(const std::string& path, const std::string& text, mode_t mode) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (file < 0) return FileError("create", path, errno);
  const ssize_t written = write(file, text.data(), text.size());
  const int error = errno;
  if (close(file) != 0 || written != static_cast<ssize_t>(text.size())) {
    return FileError("write", path, error);
  }
  return absl::OkStatus();
}

absl::Status MakeDirectory(const std::string& path, mode_t mode) {
  std::error_code error;
  if (fs::is_directory(path, error)) return absl::OkStatus();
  const fs::path parent = fs::path(path).parent_path();
  if (!parent.empty()) fs::create_directories(parent, error);
  if (mkdir(path.c_str(), mode) != 0) return FileError("create the directory", path, errno);
  return absl::OkStatus();
}

bool IsPrivateKeyName(const std::string& name) {
  return absl::EndsWith(name, kPrivateSuffix) && !absl::EndsWith(name, kPublicSuffix);
}

absl::StatusOr<std::string> OnlyKeyIn(const std::string& directory) {
  std::vector<std::string> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    if (IsPrivateKeyName(entry.path().filename())) found.push_back(entry.path());
  }
  if (error) return FileError("read", directory, error.value());
  if (found.size() == 1) return found[0];
  return absl::InvalidArgumentError(absl::StrCat(directory, " holds ", found.size(),
                                                 " private keys (*.pem): name the file of one"));
}

absl::Status CheckClaims(const TokenClaims& claims) {
  if (claims.subject.empty()) return absl::InvalidArgumentError("a token needs a subject");
  if (claims.roles.empty()) return absl::InvalidArgumentError("a token needs a role");
  for (const std::string& role : claims.roles) {
    if (std::find(std::begin(kRoles), std::end(kRoles), role) == std::end(kRoles)) {
      return absl::InvalidArgumentError(absl::StrCat("there is no role ", role));
    }
  }
  const bool is_patient = std::count(claims.roles.begin(), claims.roles.end(), "PATIENT") > 0;
  if (is_patient != !claims.patient.empty()) {
    return absl::InvalidArgumentError("the role PATIENT and a patient go together");
  }
  if (claims.valid <= absl::ZeroDuration()) {
    return absl::InvalidArgumentError("a token must be valid for some time");
  }
  if (claims.valid > absl::Hours(24 * 366) * kTokenYearsMost) {
    return absl::InvalidArgumentError(
        absl::StrCat("a token is valid for ", kTokenYearsMost, " years at most"));
  }
  return absl::OkStatus();
}

nlohmann::json Grants(const TokenClaims& claims, const Environment& environment) {
  const int64_t now = absl::ToUnixSeconds(environment.now());
  nlohmann::json grants = {{"iss", claims.issuer},
                           {"aud", claims.audience},
                           {"sub", claims.subject},
                           {"roles", claims.roles},
                           {"iat", now},
                           {"exp", now + absl::ToInt64Seconds(claims.valid)},
                           {"jti", NewUuid(environment)}};
  if (!claims.actor.empty()) grants["act"] = {{"sub", claims.actor}};
  if (!claims.patient.empty()) grants["patient"] = claims.patient;
  if (!claims.practitioner.empty()) grants["practitioner"] = claims.practitioner;
  if (!claims.clinics.empty()) grants["clinics"] = claims.clinics;
  return grants;
}

}  // namespace

absl::StatusOr<SigningKey> GenerateKey(const std::string& private_directory,
                                       const std::string& public_directory) {
  const Key pair(EVP_EC_gen("P-256"), EVP_PKEY_free);
  if (pair == nullptr) return absl::InternalError("OpenSSL made no key");
  const SigningKey key{KeyId(pair.get()), PrivatePem(pair.get())};

  absl::Status made = MakeDirectory(private_directory, 0700);
  if (!made.ok()) return made;
  std::string public_file = absl::StrCat(private_directory, "/", key.id, kPublicSuffix);
  if (!public_directory.empty()) {
    made = MakeDirectory(public_directory, 0755);
    if (!made.ok()) return made;
    public_file = absl::StrCat(public_directory, "/", key.id, kPrivateSuffix);
  }
  absl::Status written = WriteNewFile(public_file, PublicPem(pair.get()), 0644);
  if (!written.ok()) return written;
  written = WriteNewFile(absl::StrCat(private_directory, "/", key.id, kPrivateSuffix),
                         key.private_pem, 0600);
  if (!written.ok()) return written;
  return key;
}

absl::StatusOr<SigningKey> ReadKey(const std::string& path) {
  std::string file_name = path;
  if (fs::is_directory(path)) {
    absl::StatusOr<std::string> found = OnlyKeyIn(path);
    if (!found.ok()) return found.status();
    file_name = *found;
  }
  std::ifstream file(file_name);
  if (!file) return FileError("read the key", file_name, errno);
  SigningKey key;
  key.id = fs::path(file_name).stem();
  key.private_pem.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  return key;
}

absl::StatusOr<std::string> IssueToken(const TokenClaims& claims, const SigningKey& key,
                                       const Environment& environment) {
  absl::Status checked = CheckClaims(claims);
  if (!checked.ok()) return checked;

  jwt_t* raw = nullptr;
  if (jwt_new(&raw) != 0) return absl::InternalError("no memory for a token");
  const std::unique_ptr<jwt_t, decltype(&jwt_free)> token(raw, jwt_free);
  const std::string grants = Grants(claims, environment).dump();
  const auto* pem = reinterpret_cast<const unsigned char*>(key.private_pem.data());
  if (jwt_add_grants_json(token.get(), grants.c_str()) != 0 ||
      jwt_add_header(token.get(), "kid", key.id.c_str()) != 0 ||
      jwt_set_alg(token.get(), JWT_ALG_ES256, pem, static_cast<int>(key.private_pem.size())) != 0) {
    return absl::InternalError("the token could not be put together");
  }
  const std::unique_ptr<char, decltype(&std::free)> text(jwt_encode_str(token.get()), std::free);
  if (text == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the key ", key.id, " cannot sign: it must be an EC P-256 private key in PEM"));
  }
  return std::string(text.get());
}

}  // namespace clarity::client
