#ifndef CLARITY_SERVICES_PLATFORM_RPC_TESTING_TOKEN_H_
#define CLARITY_SERVICES_PLATFORM_RPC_TESTING_TOKEN_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace clarity::rpc::testing {

inline constexpr char kIssuer[] = "https://issuer.test";
inline constexpr char kAudience[] = "clarity";

// What a test's token says.
struct TokenClaims {
  std::string subject = "someone";
  std::vector<std::string> roles = {"STAFF"};
  std::string actor;
  std::string patient;
  std::string practitioner;
  std::vector<std::string> clinics = {"clinics/-"};
  std::string issuer = kIssuer;
  std::string audience = kAudience;
  absl::Time issue_time = absl::UnixEpoch();
  absl::Time expire_time = absl::InfiniteFuture();  // none
  std::string jti;
};

// A key of a test's own, and the tokens it signs.
class TestIssuer {
 public:
  enum class KeyType { kEs256, kRs256 };

  explicit TestIssuer(std::string kid, KeyType type = KeyType::kEs256);
  ~TestIssuer();

  // Puts the public key where an Authenticator looks for it.
  void WritePublicKey(const std::string& directory) const;
  const std::string& public_pem() const { return public_pem_; }

  std::string Issue(const TokenClaims& claims) const;
  // Signs any claims (JSON) in any way: `algorithm` as in the header, `key` a PEM or a secret.
  std::string Sign(const std::string& claims_json, absl::string_view algorithm,
                   const std::string& key) const;
  const std::string& private_pem() const { return private_pem_; }

 private:
  const std::string kid_;
  const KeyType type_;
  std::string private_pem_;
  std::string public_pem_;
};

std::string ToJson(const TokenClaims& claims);

}  // namespace clarity::rpc::testing

#endif  // CLARITY_SERVICES_PLATFORM_RPC_TESTING_TOKEN_H_
