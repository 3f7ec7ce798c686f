#include "services/platform/rpc/authenticator.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/platform/base/limits.h"
#include "services/platform/base/log.h"
#include "services/platform/rpc/testing/token.h"
#include "services/platform/storage/test_support.h"

namespace clarity::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TestIssuer;
using testing::TokenClaims;

class AuthenticatorTest : public ::testing::Test {
 protected:
  AuthenticatorTest() {
    issuer_.WritePublicKey(keys_);
    rsa_issuer_.WritePublicKey(keys_);
    claims_.issue_time = clock_.Now();
    claims_.expire_time = clock_.Now() + absl::Hours(1);
    authenticator_ = Make();
  }

  std::unique_ptr<Authenticator> Make(const std::string& revocation_file = "",
                                      size_t tokens_cached_max = limits::kTokensCachedMax) {
    auto made = Authenticator::Create(
        {keys_, testing::kIssuer, testing::kAudience, revocation_file, tokens_cached_max}, &clock_);
    EXPECT_TRUE(made.ok()) << made.status();
    return *std::move(made);
  }

  // Why a token is refused; empty if it is not.
  std::string RefusalOf(const std::string& token) {
    const auto principal = authenticator_->Authenticate(token);
    if (principal.ok()) return "";
    EXPECT_EQ(principal.status().code(), absl::StatusCode::kUnauthenticated);
    return std::string(principal.status().message());
  }

  storage::TemporaryDirectory directory_;
  const std::string keys_ = directory_.path() + "/keys";
  base::ManualClock clock_{absl::FromUnixSeconds(1'772'000'000)};
  TestIssuer issuer_{"main"};
  // One for all tests: finding primes takes long.
  static TestIssuer& RsaIssuer() {
    static auto* const issuer = new TestIssuer("rsa", TestIssuer::KeyType::kRs256);
    return *issuer;
  }
  TestIssuer& rsa_issuer_ = RsaIssuer();
  TokenClaims claims_;
  std::unique_ptr<Authenticator> authenticator_;
};

TEST_F(AuthenticatorTest, ReadsWhoCallsFromTheClaims) {
  claims_.subject = "user-7";
  claims_.actor = "agent-3";
  claims_.roles = {"AGENT", "CLINICIAN"};
  claims_.practitioner = "practitioners/dr-okafor";
  claims_.clinics = {"clinics/lake-forest", "clinics/irvine"};
  const auto principal = authenticator_->Authenticate(issuer_.Issue(claims_));
  ASSERT_TRUE(principal.ok()) << principal.status();
  EXPECT_EQ((*principal)->subject, "user-7");
  EXPECT_EQ((*principal)->actor, "agent-3");
  EXPECT_TRUE((*principal)->Has(Role::kAgent));
  EXPECT_TRUE((*principal)->Has(Role::kClinician));
  EXPECT_FALSE((*principal)->Has(Role::kStaff));
  EXPECT_EQ((*principal)->practitioner, "practitioners/dr-okafor");
  EXPECT_THAT((*principal)->clinics, ElementsAre("clinics/lake-forest", "clinics/irvine"));
  EXPECT_TRUE((*principal)->SeesClinic("clinics/irvine"));
  EXPECT_FALSE((*principal)->SeesClinic("clinics/tempe"));
  EXPECT_FALSE((*principal)->SeesAll());
}

TEST_F(AuthenticatorTest, TakesRs256AndTheWildcardOfClinics) {
  const auto principal = authenticator_->Authenticate(rsa_issuer_.Issue(claims_));
  ASSERT_TRUE(principal.ok()) << principal.status();
  EXPECT_TRUE((*principal)->all_clinics);
  EXPECT_THAT((*principal)->clinics, IsEmpty());
  EXPECT_TRUE((*principal)->SeesAll());
}

TEST_F(AuthenticatorTest, BoundsAPatientByTheOwnRows) {
  claims_.roles = {"PATIENT"};
  claims_.clinics = {};
  EXPECT_THAT(RefusalOf(issuer_.Issue(claims_)), HasSubstr("names no patient"));
  claims_.patient = "patients/p1";
  const auto principal = authenticator_->Authenticate(issuer_.Issue(claims_));
  ASSERT_TRUE(principal.ok()) << principal.status();
  EXPECT_TRUE((*principal)->IsPatientOnly());
  EXPECT_TRUE((*principal)->SeesClinic("clinics/any"));
  EXPECT_FALSE((*principal)->SeesAll());
}

TEST_F(AuthenticatorTest, RefusesATokenOfAnUnknownKey) {
  EXPECT_THAT(RefusalOf(TestIssuer("stranger").Issue(claims_)), HasSubstr("not signed with a key"));
  // The right name, the wrong key.
  EXPECT_THAT(RefusalOf(TestIssuer("main").Issue(claims_)), HasSubstr("no valid signature"));
}

TEST_F(AuthenticatorTest, RefusesATokenWithoutASignature) {
  const std::string unsigned_token = issuer_.Sign(testing::ToJson(claims_), "none", "");
  EXPECT_THAT(RefusalOf(unsigned_token), HasSubstr("algorithm of its key"));
  std::string stripped = issuer_.Issue(claims_);
  stripped.resize(stripped.rfind('.') + 1);
  EXPECT_THAT(RefusalOf(stripped), HasSubstr("no valid signature"));
  stripped.pop_back();
  EXPECT_THAT(RefusalOf(stripped), HasSubstr("no valid signature"));
}

TEST_F(AuthenticatorTest, NeverTakesAPublicKeyForASharedSecret) {
  for (const TestIssuer* issuer : {&issuer_, &rsa_issuer_}) {
    const std::string forged =
        issuer->Sign(testing::ToJson(claims_), "HS256", issuer->public_pem());
    EXPECT_THAT(RefusalOf(forged), HasSubstr("algorithm of its key"));
  }
}

TEST_F(AuthenticatorTest, IsNotFooledByAHeaderThatSaysTwoAlgorithms) {
  const std::string hs256 = issuer_.Sign(testing::ToJson(claims_), "HS256", issuer_.public_pem());
  const std::string rest = hs256.substr(hs256.find('.'));
  for (const char* header : {R"({"kid":"main","alg":"ES256","alg":"HS256"})",
                             R"({"kid":"main","alg":"HS256","alg":"ES256"})",
                             R"({"kid":"main","alg":["ES256"]})", R"({"kid":"main"})"}) {
    std::string encoded;
    absl::WebSafeBase64Escape(header, &encoded);
    EXPECT_NE(RefusalOf(encoded + rest), "") << header;
  }
}

TEST_F(AuthenticatorTest, RefusesAChangedToken) {
  TokenClaims stronger = claims_;
  stronger.roles = {"OPERATOR"};
  const std::string good = issuer_.Issue(claims_);
  const std::string other = issuer_.Issue(stronger);
  const size_t body = good.find('.');
  const size_t signature = good.rfind('.');
  const std::string mixed =
      good.substr(0, body) + other.substr(body, other.rfind('.') - body) + good.substr(signature);
  EXPECT_THAT(RefusalOf(mixed), HasSubstr("no valid signature"));
}

TEST_F(AuthenticatorTest, RefusesWhatIsNoToken) {
  EXPECT_THAT(RefusalOf(""), HasSubstr("there is no token"));
  for (const char* text : {"x", "..", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "\xff\xfe.\x01.\x02"}) {
    EXPECT_NE(RefusalOf(text), "") << text;
  }
  EXPECT_THAT(RefusalOf(std::string(limits::kTokenBytesMax + 1, 'a')), HasSubstr("too long"));
}

TEST_F(AuthenticatorTest, RefusesAnotherIssuerOrAudience) {
  TokenClaims claims = claims_;
  claims.issuer = "https://elsewhere.test";
  EXPECT_THAT(RefusalOf(issuer_.Issue(claims)), HasSubstr("issuer"));
  claims = claims_;
  claims.audience = "billing";
  EXPECT_THAT(RefusalOf(issuer_.Issue(claims)), HasSubstr("not meant for this server"));
}

TEST_F(AuthenticatorTest, TakesAListOfAudiences) {
  const std::string json = absl::StrCat(
      R"({"iss":"https://issuer.test","sub":"s","roles":["STAFF"],"aud":["billing","clarity"],)",
      R"("exp":)", absl::ToUnixSeconds(claims_.expire_time), "}");
  EXPECT_EQ(RefusalOf(issuer_.Sign(json, "ES256", issuer_.private_pem())), "");
}

TEST_F(AuthenticatorTest, WantsATimeOfExpiryAndKeepsIt) {
  TokenClaims claims = claims_;
  claims.expire_time = absl::InfiniteFuture();
  EXPECT_THAT(RefusalOf(issuer_.Issue(claims)), HasSubstr("no time of expiry"));
  claims.expire_time = clock_.Now();
  EXPECT_THAT(RefusalOf(issuer_.Issue(claims)), HasSubstr("has expired"));
}

TEST_F(AuthenticatorTest, ForgivesAClockThatIsALittleAhead) {
  claims_.issue_time = clock_.Now() + limits::kTokenLeeway;
  EXPECT_EQ(RefusalOf(issuer_.Issue(claims_)), "");
  claims_.issue_time = clock_.Now() + limits::kTokenLeeway + absl::Seconds(1);
  EXPECT_THAT(RefusalOf(issuer_.Issue(claims_)), HasSubstr("not valid yet"));
}

TEST_F(AuthenticatorTest, RefusesRolesItDoesNotKnow) {
  claims_.roles = {"STAFF", "ROOT"};
  EXPECT_THAT(RefusalOf(issuer_.Issue(claims_)), HasSubstr("a role that is not known"));
  claims_.roles = {};
  EXPECT_THAT(RefusalOf(issuer_.Issue(claims_)), HasSubstr("names no roles"));
}

TEST_F(AuthenticatorTest, RemembersAVerifiedTokenUntilItExpires) {
  const std::string token = issuer_.Issue(claims_);
  EXPECT_EQ(authenticator_->FindCached(token), nullptr);
  ASSERT_TRUE(authenticator_->Authenticate(token).ok());
  EXPECT_NE(authenticator_->FindCached(token), nullptr);
  clock_.Set(claims_.expire_time);
  EXPECT_EQ(authenticator_->FindCached(token), nullptr);
  EXPECT_THAT(RefusalOf(token), HasSubstr("has expired"));
}

TEST_F(AuthenticatorTest, ForgetsTheTokenThatWasLongestUnused) {
  authenticator_ = Make("", /*tokens_cached_max=*/2);
  std::vector<std::string> tokens;
  for (const char* subject : {"first", "second", "third"}) {
    claims_.subject = subject;
    tokens.push_back(issuer_.Issue(claims_));
  }
  ASSERT_TRUE(authenticator_->Authenticate(tokens[0]).ok());
  ASSERT_TRUE(authenticator_->Authenticate(tokens[1]).ok());
  ASSERT_NE(authenticator_->FindCached(tokens[0]), nullptr);  // used again: now the younger
  ASSERT_TRUE(authenticator_->Authenticate(tokens[2]).ok());
  EXPECT_NE(authenticator_->FindCached(tokens[0]), nullptr);
  EXPECT_EQ(authenticator_->FindCached(tokens[1]), nullptr);
  EXPECT_NE(authenticator_->FindCached(tokens[2]), nullptr);
}

TEST_F(AuthenticatorTest, RefusesARevokedTokenEvenIfRemembered) {
  const std::string file = directory_.path() + "/revoked";
  std::ofstream(file) << "\n";
  authenticator_ = Make(file);
  claims_.jti = "token-1";
  const std::string token = issuer_.Issue(claims_);
  claims_.jti = "token-2";
  const std::string other = issuer_.Issue(claims_);
  ASSERT_EQ(RefusalOf(token), "");

  std::ofstream(file) << "token-0\n  token-1 \n";
  std::filesystem::last_write_time(
      file, std::filesystem::last_write_time(file) + std::chrono::seconds(2));
  authenticator_->Refresh();
  EXPECT_EQ(authenticator_->FindCached(token), nullptr);
  EXPECT_THAT(RefusalOf(token), HasSubstr("was revoked"));
  EXPECT_EQ(RefusalOf(other), "");

  std::filesystem::remove(file);  // What was revoked stays revoked.
  authenticator_->Refresh();
  EXPECT_THAT(RefusalOf(token), HasSubstr("was revoked"));
}

TEST_F(AuthenticatorTest, AKeyThatIsAddedIsTakenWithoutARestart) {
  const TestIssuer next("next");
  const std::string token = next.Issue(claims_);
  EXPECT_THAT(RefusalOf(token), HasSubstr("not signed with a key"));
  next.WritePublicKey(keys_);
  std::ostringstream log;
  base::LogTo(&log);
  authenticator_->Refresh();
  authenticator_->Refresh();  // has nothing more to tell
  base::LogTo(nullptr);
  EXPECT_EQ(RefusalOf(token), "");
  EXPECT_THAT(log.str(), EndsWith("\"event\":\"keys changed\",\"keys\":\"main next rsa\"}\n"));
  const std::string said = log.str();
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 1);
}

TEST_F(AuthenticatorTest, RevocationsThatCannotBeReadAreToldOfOnce) {
  const std::string file = directory_.path() + "/revoked";
  std::ofstream(file) << "other-token\n";
  authenticator_ = Make(file);
  std::ostringstream log;
  base::LogTo(&log);
  const auto lines = [&log] {
    const std::string said = log.str();
    return std::count(said.begin(), said.end(), '\n');
  };
  for (int time = 1; time <= 2; ++time) {
    std::filesystem::remove(file);
    authenticator_->Refresh();
    authenticator_->Refresh();
    EXPECT_EQ(lines(), time) << "each time that it goes";
    std::ofstream(file) << "other-token\n";
    std::filesystem::last_write_time(
        file, std::filesystem::last_write_time(file) + std::chrono::seconds(2 * time));
    authenticator_->Refresh();
  }
  base::LogTo(nullptr);
  EXPECT_THAT(log.str(), HasSubstr("revocations not read"));
}

TEST_F(AuthenticatorTest, AKeyThatIsTakenAwayIsNotTrustedEvenForRememberedTokens) {
  const std::string token = issuer_.Issue(claims_);
  const std::string other = rsa_issuer_.Issue(claims_);
  ASSERT_EQ(RefusalOf(token), "");
  ASSERT_EQ(RefusalOf(other), "");
  std::filesystem::remove(keys_ + "/main.pem");
  authenticator_->Refresh();
  EXPECT_EQ(authenticator_->FindCached(token), nullptr);
  EXPECT_THAT(RefusalOf(token), HasSubstr("not signed with a key"));
  EXPECT_NE(authenticator_->FindCached(other), nullptr);
}

TEST_F(AuthenticatorTest, AKeyThatIsReplacedIsNotTrustedUnderItsOldName) {
  const std::string token = issuer_.Issue(claims_);
  ASSERT_EQ(RefusalOf(token), "");
  const TestIssuer replacement("main");
  replacement.WritePublicKey(keys_);
  authenticator_->Refresh();
  EXPECT_EQ(authenticator_->FindCached(token), nullptr);
  EXPECT_THAT(RefusalOf(token), HasSubstr("no valid signature"));
  EXPECT_EQ(RefusalOf(replacement.Issue(claims_)), "");
}

TEST_F(AuthenticatorTest, AFileThatIsNoKeyKeepsNoRemovalFromCounting) {
  const std::string token = issuer_.Issue(claims_);
  const std::string other = rsa_issuer_.Issue(claims_);
  std::ofstream(keys_ + "/half.pem") << "-----BEGIN PUBLIC";
  std::filesystem::remove(keys_ + "/main.pem");
  authenticator_->Refresh();
  EXPECT_THAT(RefusalOf(token), HasSubstr("not signed with a key"));
  EXPECT_EQ(RefusalOf(other), "");
}

TEST_F(AuthenticatorTest, ADirectoryThatCannotBeReadLeavesTheKeysAsTheyWere) {
  const std::string token = issuer_.Issue(claims_);
  std::filesystem::rename(keys_, keys_ + "-elsewhere");
  authenticator_->Refresh();
  EXPECT_EQ(RefusalOf(token), "");
}

TEST_F(AuthenticatorTest, DoesNotStartWithoutGoodKeys) {
  const auto create = [&](const std::string& keys) {
    return Authenticator::Create({keys, testing::kIssuer, testing::kAudience, ""}, &clock_)
        .status();
  };
  EXPECT_EQ(create(directory_.path() + "/none").code(), absl::StatusCode::kNotFound);
  std::ofstream(keys_ + "/private.pem") << issuer_.private_pem();
  EXPECT_THAT(std::string(create(keys_).message()), HasSubstr("private.pem is neither"));
}

}  // namespace
}  // namespace clarity::rpc
