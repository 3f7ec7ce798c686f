// Bearer tokens: nobody comes in whom nobody has signed for; and what a trusted issuer signs is
// understood or refused, whatever it claims.

#include <memory>
#include <string>

#include "nlohmann/json.hpp"
#include "services/platform/base/clock.h"
#include "services/platform/rpc/authenticator.h"
#include "services/platform/rpc/testing/token.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/temporary_directory.h"

namespace clarity::fuzz {
namespace {

class Gate {
 public:
  Gate() : issuer_("fuzz"), clock_(absl::FromUnixSeconds(1'772'409'600)) {
    issuer_.WritePublicKey(directory_ / "keys");
    rpc::Authenticator::Options options;
    options.keys_directory = directory_ / "keys";
    options.issuer = rpc::testing::kIssuer;
    options.audience = rpc::testing::kAudience;
    authenticator_ = *rpc::Authenticator::Create(options, &clock_);
  }

  void TryRaw(const std::string& token) {
    Require(!authenticator_->Authenticate(token).ok(), "nobody has signed for this one");
  }

  void TryClaims(const std::string& claims) {
    const auto parsed = nlohmann::json::parse(claims, nullptr, /*allow_exceptions=*/false);
    if (!parsed.is_object()) return;
    const std::string token = issuer_.Sign(parsed.dump(), "ES256", issuer_.private_pem());
    const auto who = authenticator_->Authenticate(token);
    if (who.ok()) {
      Require(!(*who)->subject.empty(), "whoever comes in has a name");
    } else {
      Require(absl::IsUnauthenticated(who.status()), "a token is refused so");
    }
  }

 private:
  const tests::TemporaryDirectory directory_;
  const rpc::testing::TestIssuer issuer_;
  const base::ManualClock clock_;
  std::unique_ptr<rpc::Authenticator> authenticator_;
};

}  // namespace
}  // namespace clarity::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static auto* const gate = new clarity::fuzz::Gate;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (!text.empty() && text[0] == '{') {
    gate->TryClaims(text);
  } else {
    gate->TryRaw(text);
  }
  return 0;
}
