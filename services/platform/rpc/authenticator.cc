#include "services/platform/rpc/authenticator.h"

#include <jwt.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "nlohmann/json.hpp"
#include "services/platform/base/errors.h"
#include "services/platform/base/files.h"
#include "services/platform/base/hash.h"
#include "services/platform/base/limits.h"
#include "services/platform/base/log.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/rpc/permissions.h"

namespace clarity::rpc {
namespace {

using nlohmann::json;

constexpr int kRsaBitsMin = 2048;

absl::Status BadToken(absl::string_view what) {
  return base::Unauthenticated(absl::StrCat("the token ", what));
}

// The algorithm a public key verifies; nothing for a key we do not take.
std::optional<jwt_alg_t> AlgorithmOf(const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> input(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      PEM_read_bio_PUBKEY(input.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
  if (key == nullptr) return std::nullopt;
  if (EVP_PKEY_base_id(key.get()) == EVP_PKEY_RSA) {
    if (EVP_PKEY_bits(key.get()) < kRsaBitsMin) return std::nullopt;
    return JWT_ALG_RS256;
  }
  char curve[32] = {};
  size_t length = 0;
  if (EVP_PKEY_get_group_name(key.get(), curve, sizeof(curve), &length) == 1 &&
      absl::string_view(curve, length) == "prime256v1") {
    return JWT_ALG_ES256;
  }
  return std::nullopt;
}

// The header of a compact JWS. Read before anything is verified, to choose the key.
json HeaderOf(absl::string_view token) {
  std::string header;
  if (!absl::WebSafeBase64Unescape(token.substr(0, token.find('.')), &header)) return json();
  return json::parse(header, nullptr, /*allow_exceptions=*/false);
}

// A text claim; empty when it is absent or no text.
std::string Text(const json& object, const char* name) {
  if (!object.is_object()) return "";
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

// A list of texts, or one text alone; nothing when it is anything else. Absent is empty.
std::optional<std::vector<std::string>> Texts(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end()) return std::vector<std::string>();
  if (found->is_string()) return std::vector<std::string>{found->get<std::string>()};
  if (!found->is_array()) return std::nullopt;
  std::vector<std::string> texts;
  for (const json& item : *found) {
    if (!item.is_string()) return std::nullopt;
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

// A time claim (seconds, perhaps with a fraction); nothing when it is absent or no number.
std::optional<absl::Time> TimeOf(const json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number()) return std::nullopt;
  return absl::UnixEpoch() + absl::Seconds(found->get<double>());
}

absl::Status ReadRoles(const json& claims, Principal* principal) {
  const auto roles = Texts(claims, "roles");
  if (!roles.has_value() || roles->empty()) return BadToken("names no roles");
  for (const std::string& name : *roles) {
    const auto role = RoleFromName(name);
    if (!role.has_value()) return BadToken("names a role that is not known here");
    principal->roles |= RoleBit(*role);
  }
  return absl::OkStatus();
}

absl::StatusOr<Principal> ReadPrincipal(const json& claims) {
  Principal principal;
  principal.subject = Text(claims, "sub");
  if (principal.subject.empty()) return BadToken("names no subject");
  if (const auto act = claims.find("act"); act != claims.end()) {
    principal.actor = Text(*act, "sub");
    if (principal.actor.empty()) return BadToken("has an actor without a name");
  }
  RETURN_IF_ERROR(ReadRoles(claims, &principal));
  principal.patient = Text(claims, "patient");
  if (principal.Has(Role::kPatient) && principal.patient.empty()) {
    return BadToken("is a patient's and names no patient");
  }
  principal.practitioner = Text(claims, "practitioner");
  auto clinics = Texts(claims, "clinics");
  if (!clinics.has_value()) return BadToken("has clinics that are no list of names");
  principal.all_clinics =
      std::find(clinics->begin(), clinics->end(), "clinics/-") != clinics->end();
  if (!principal.all_clinics) principal.clinics = *std::move(clinics);
  return principal;
}

}  // namespace

struct Authenticator::Key {
  std::string pem;
  jwt_alg_t algorithm;
};

std::string Authenticator::NamesOf(const Keys& keys) {
  return absl::StrJoin(keys, " ", [](std::string* out, const auto& key) { *out += key.first; });
}

Authenticator::Authenticator(Options options, const base::Clock* clock)
    : options_(std::move(options)), clock_(clock) {}

Authenticator::~Authenticator() = default;

absl::StatusOr<std::unique_ptr<Authenticator>> Authenticator::Create(Options options,
                                                                     const base::Clock* clock) {
  if (options.issuer.empty() || options.audience.empty()) {
    return absl::InvalidArgumentError("the issuer and the audience of tokens must be given");
  }
  std::unique_ptr<Authenticator> authenticator(new Authenticator(std::move(options), clock));
  std::string fault;
  ASSIGN_OR_RETURN(Keys keys, authenticator->ReadKeys(&fault));
  if (!fault.empty()) return absl::InvalidArgumentError(fault);
  {
    base::MutexLock lock(&authenticator->mutex_);
    authenticator->keys_ = std::move(keys);
  }
  if (!authenticator->options_.revocation_file.empty()) {
    RETURN_IF_ERROR(authenticator->ReadRevoked());
  }
  return authenticator;
}

absl::StatusOr<Authenticator::Keys> Authenticator::ReadKeys(std::string* fault) {
  Keys keys;
  std::error_code error;
  std::filesystem::directory_iterator entries(options_.keys_directory, error);
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    const std::filesystem::path& path = entries->path();
    if (path.extension() != ".pem") continue;
    auto key = ReadKey(path);
    if (key.ok()) {
      keys.emplace(path.stem(), *std::move(key));
    } else {
      *fault = std::string(key.status().message());
    }
  }
  if (error) {
    return absl::ErrnoToStatus(error.value(),
                               absl::StrCat("cannot read ", options_.keys_directory));
  }
  if (keys.empty() && fault->empty()) {
    *fault = absl::StrCat("there is no public key (*.pem) in ", options_.keys_directory);
  }
  return keys;
}

absl::StatusOr<std::shared_ptr<const Authenticator::Key>> Authenticator::ReadKey(
    const std::filesystem::path& path) {
  ASSIGN_OR_RETURN(std::string pem, base::ReadFile(path));
  auto known = FindKey(path.stem().string());
  if (known != nullptr && known->pem == pem) return known;
  const auto algorithm = AlgorithmOf(pem);
  if (!algorithm.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        path.string(), " is neither a public key on P-256 nor one of RSA with 2048 bits or more"));
  }
  return std::make_shared<const Key>(Key{std::move(pem), *algorithm});
}

std::shared_ptr<const Authenticator::Key> Authenticator::FindKey(absl::string_view kid) {
  base::MutexLock lock(&mutex_);
  const auto found = keys_.find(kid);
  return found == keys_.end() ? nullptr : found->second;
}

std::shared_ptr<const Principal> Authenticator::FindCached(absl::string_view token) {
  if (token.size() > limits::kTokenBytesMax) return nullptr;
  const std::string hash = base::Sha256(token);
  base::MutexLock lock(&mutex_);
  const auto found = by_hash_.find(hash);
  if (found == by_hash_.end()) return nullptr;
  const Cached& cached = found->second;
  if (cached.expire_time <= clock_->Now() || revoked_.contains(cached.jti) ||
      cached.key.expired()) {
    ages_.erase(cached.age);
    by_hash_.erase(found);
    return nullptr;
  }
  ages_.splice(ages_.end(), ages_, cached.age);
  return cached.principal;
}

absl::StatusOr<std::shared_ptr<const Principal>> Authenticator::Authenticate(
    absl::string_view token) {
  if (auto principal = FindCached(token)) return principal;
  ASSIGN_OR_RETURN(Verified verified, Verify(token));
  {
    base::MutexLock lock(&mutex_);
    if (revoked_.contains(verified.jti)) return BadToken("was revoked");
  }
  return Remember(base::Sha256(token), std::move(verified));
}

absl::StatusOr<Authenticator::Verified> Authenticator::Verify(absl::string_view token) {
  if (token.empty()) return base::Unauthenticated("there is no token");
  if (token.size() > limits::kTokenBytesMax) return BadToken("is too long");
  const json header = HeaderOf(token);
  const std::shared_ptr<const Key> key = FindKey(Text(header, "kid"));
  if (key == nullptr) return BadToken("is not signed with a key that is known here");
  ASSIGN_OR_RETURN(const std::string claims,
                   VerifySignature(std::string(token), Text(header, "alg"), *key));
  ASSIGN_OR_RETURN(Verified verified, ReadClaims(claims));
  verified.key = key;
  return verified;
}

absl::StatusOr<std::string> Authenticator::VerifySignature(const std::string& token,
                                                           absl::string_view algorithm,
                                                           const Key& key) {
  // The key says which algorithm it is for, not the token: else a public key, which anybody may
  // have, could pass for the secret of an HMAC.
  if (algorithm != jwt_alg_str(key.algorithm)) {
    return BadToken("is not signed with the algorithm of its key");
  }
  jwt_t* decoded = nullptr;
  const int error =
      jwt_decode(&decoded, token.c_str(), reinterpret_cast<const unsigned char*>(key.pem.data()),
                 static_cast<int>(key.pem.size()));
  const std::unique_ptr<jwt_t, decltype(&jwt_free)> owned(decoded, &jwt_free);
  if (error != 0 || jwt_get_alg(decoded) != key.algorithm) {
    return BadToken("has no valid signature");
  }
  const std::unique_ptr<char, decltype(&free)> claims(jwt_get_grants_json(decoded, nullptr), &free);
  if (claims == nullptr) return BadToken("has no claims");
  return std::string(claims.get());
}

absl::StatusOr<Authenticator::Verified> Authenticator::ReadClaims(
    const std::string& claims_json) const {
  const json claims = json::parse(claims_json, nullptr, /*allow_exceptions=*/false);
  if (!claims.is_object()) return BadToken("has no claims");
  if (Text(claims, "iss") != options_.issuer) return BadToken("is not of the issuer trusted here");
  const auto audience = Texts(claims, "aud");
  if (!audience.has_value() ||
      std::find(audience->begin(), audience->end(), options_.audience) == audience->end()) {
    return BadToken("is not meant for this server");
  }
  const absl::Time now = clock_->Now();
  const auto expire_time = TimeOf(claims, "exp");
  if (!expire_time.has_value()) return BadToken("has no time of expiry");
  if (*expire_time <= now) return BadToken("has expired");
  for (const char* name : {"nbf", "iat"}) {
    if (!claims.contains(name)) continue;
    const auto time = TimeOf(claims, name);
    if (!time.has_value() || *time > now + limits::kTokenLeeway) {
      return BadToken("is not valid yet");
    }
  }
  Verified verified;
  ASSIGN_OR_RETURN(verified.principal, ReadPrincipal(claims));
  verified.expire_time = *expire_time;
  verified.jti = Text(claims, "jti");
  return verified;
}

std::shared_ptr<const Principal> Authenticator::Remember(std::string hash, Verified verified) {
  base::MutexLock lock(&mutex_);
  if (by_hash_.size() >= options_.tokens_cached_max) {
    by_hash_.erase(ages_.front());
    ages_.pop_front();
  }
  const auto [place, is_new] = by_hash_.try_emplace(hash);
  if (is_new) {
    Cached& cached = place->second;
    cached.principal = std::make_shared<const Principal>(std::move(verified.principal));
    cached.expire_time = verified.expire_time;
    cached.jti = std::move(verified.jti);
    cached.key = std::move(verified.key);
    cached.age = ages_.insert(ages_.end(), std::move(hash));
  }
  return place->second.principal;
}

void Authenticator::Refresh() {
  RefreshKeys();
  if (options_.revocation_file.empty()) return;
  {
    std::error_code error;
    const auto file_time = std::filesystem::last_write_time(options_.revocation_file, error);
    base::MutexLock lock(&mutex_);
    if (!error && file_time == revoked_file_time_) return;
  }
  const absl::Status read = ReadRevoked();
  base::MutexLock lock(&mutex_);
  // What was revoked stays revoked. It is tried each second, and told once.
  if (!read.ok() && !revoked_is_unread_) {
    base::Log(base::LogLevel::kError, "revocations not read", {{"file", options_.revocation_file}});
  }
  revoked_is_unread_ = !read.ok();
}

// Read whole each time: a few small files, whose times would say less than their bytes.
void Authenticator::RefreshKeys() {
  std::string fault;
  auto keys = ReadKeys(&fault);
  // A directory that cannot be read says nothing about its keys.
  if (!keys.ok()) fault = std::string(keys.status().message());
  base::MutexLock lock(&mutex_);
  // A file that is no key, perhaps half written, does not keep another's removal from counting.
  if (keys.ok() && *keys != keys_) {
    keys_ = *std::move(keys);
    base::Log(base::LogLevel::kInfo, "keys changed", {{"keys", NamesOf(keys_)}});
  }
  if (fault != keys_fault_ && !fault.empty()) {
    base::Log(base::LogLevel::kError, "keys not read", {{"text", fault}});
  }
  keys_fault_ = std::move(fault);
}

absl::Status Authenticator::ReadRevoked() {
  std::error_code error;
  const auto file_time = std::filesystem::last_write_time(options_.revocation_file, error);
  ASSIGN_OR_RETURN(const std::string text, base::ReadFile(options_.revocation_file));
  absl::flat_hash_set<std::string> revoked;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const absl::string_view jti = absl::StripAsciiWhitespace(line);
    if (!jti.empty()) revoked.emplace(jti);
  }
  base::MutexLock lock(&mutex_);
  revoked_ = std::move(revoked);
  if (!error) revoked_file_time_ = file_time;
  return absl::OkStatus();
}

}  // namespace clarity::rpc
