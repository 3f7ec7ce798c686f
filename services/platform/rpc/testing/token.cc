#include "services/platform/rpc/testing/token.h"

#include <jwt.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace clarity::rpc::testing {
namespace {

template <typename Write>
std::string ToPem(Write write) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> output(BIO_new(BIO_s_mem()), &BIO_free);
  if (write(output.get()) != 1) std::abort();
  char* data = nullptr;
  const long size = BIO_get_mem_data(output.get(), &data);
  return std::string(data, static_cast<size_t>(size));
}

}  // namespace

TestIssuer::TestIssuer(std::string kid, KeyType type) : kid_(std::move(kid)), type_(type) {
  EVP_PKEY* made = type == KeyType::kEs256 ? EVP_EC_gen("P-256") : EVP_RSA_gen(2048);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(made, &EVP_PKEY_free);
  if (key == nullptr) std::abort();
  private_pem_ = ToPem([&](BIO* output) {
    return PEM_write_bio_PrivateKey(output, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  public_pem_ = ToPem([&](BIO* output) { return PEM_write_bio_PUBKEY(output, key.get()); });
}

TestIssuer::~TestIssuer() = default;

void TestIssuer::WritePublicKey(const std::string& directory) const {
  std::filesystem::create_directories(directory);
  std::ofstream(absl::StrCat(directory, "/", kid_, ".pem"), std::ios::binary) << public_pem_;
}

std::string TestIssuer::Issue(const TokenClaims& claims) const {
  return Sign(ToJson(claims), type_ == KeyType::kEs256 ? "ES256" : "RS256", private_pem_);
}

std::string TestIssuer::Sign(const std::string& claims_json, absl::string_view algorithm,
                             const std::string& key) const {
  jwt_t* made = nullptr;
  if (jwt_new(&made) != 0) std::abort();
  const std::unique_ptr<jwt_t, decltype(&jwt_free)> token(made, &jwt_free);
  const jwt_alg_t alg = jwt_str_alg(std::string(algorithm).c_str());
  const bool has_key = alg != JWT_ALG_NONE;
  if (jwt_add_header(token.get(), "kid", kid_.c_str()) != 0 ||
      jwt_add_grants_json(token.get(), claims_json.c_str()) != 0 ||
      jwt_set_alg(token.get(), alg,
                  has_key ? reinterpret_cast<const unsigned char*>(key.data()) : nullptr,
                  has_key ? static_cast<int>(key.size()) : 0) != 0) {
    std::abort();
  }
  const std::unique_ptr<char, decltype(&free)> text(jwt_encode_str(token.get()), &free);
  if (text == nullptr) std::abort();
  return text.get();
}

std::string ToJson(const TokenClaims& claims) {
  nlohmann::json json;
  json["iss"] = claims.issuer;
  json["aud"] = claims.audience;
  json["sub"] = claims.subject;
  json["roles"] = claims.roles;
  json["iat"] = absl::ToUnixSeconds(claims.issue_time);
  if (claims.expire_time != absl::InfiniteFuture()) {
    json["exp"] = absl::ToUnixSeconds(claims.expire_time);
  }
  if (!claims.actor.empty()) json["act"]["sub"] = claims.actor;
  if (!claims.patient.empty()) json["patient"] = claims.patient;
  if (!claims.practitioner.empty()) json["practitioner"] = claims.practitioner;
  if (!claims.clinics.empty()) json["clinics"] = claims.clinics;
  if (!claims.jti.empty()) json["jti"] = claims.jti;
  return json.dump();
}

}  // namespace clarity::rpc::testing
