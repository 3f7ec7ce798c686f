#include "clients/admin/token.h"

#include <jwt.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "clients/core/mocks/fake_environment.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace clarity::client {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;

constexpr int64_t kNow = 4'000'000'000;  // far ahead: libjwt refuses what has expired by its clock

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

int ModeOf(const std::string& path) {
  struct stat file;
  return stat(path.c_str(), &file) == 0 ? file.st_mode & 0777 : -1;
}

class TokenTest : public testing::Test {
 protected:
  TokenTest() {
    std::filesystem::remove_all(directory_);
    claims_.subject = "agent-7";
    claims_.roles = {"AGENT", "STAFF"};
    claims_.clinics = {"clinics/-"};
  }

  // The grants of a token, once its signature is verified with the public key of its `kid`.
  nlohmann::json Verified(const std::string& token, const std::string& public_pem,
                          const std::string& key_id) {
    jwt_t* raw = nullptr;
    const auto* pem = reinterpret_cast<const unsigned char*>(public_pem.data());
    EXPECT_EQ(jwt_decode(&raw, token.c_str(), pem, static_cast<int>(public_pem.size())), 0);
    if (raw == nullptr) return {};
    const std::unique_ptr<jwt_t, decltype(&jwt_free)> jwt(raw, jwt_free);
    EXPECT_EQ(jwt_get_alg(raw), JWT_ALG_ES256);
    EXPECT_STREQ(jwt_get_header(raw, "kid"), key_id.c_str());
    const std::unique_ptr<char, decltype(&std::free)> text(jwt_get_grants_json(raw, nullptr),
                                                           std::free);
    return nlohmann::json::parse(text.get());
  }

  const std::string directory_ = testing::TempDir() + "token_test_" +
                                 testing::UnitTest::GetInstance()->current_test_info()->name();
  FakeEnvironment fake_{absl::FromUnixSeconds(kNow)};
  TokenClaims claims_;
};

TEST_F(TokenTest, KeysAreForTheRightEyes) {
  const auto key = GenerateKey(directory_ + "/private", directory_ + "/public");
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_THAT(key->id, MatchesRegex("[0-9a-f]{16}"));
  EXPECT_EQ(ModeOf(directory_ + "/private"), 0700);
  EXPECT_EQ(ModeOf(directory_ + "/private/" + key->id + ".pem"), 0600);
  EXPECT_THAT(ReadFile(directory_ + "/public/" + key->id + ".pem"), HasSubstr("PUBLIC KEY"));
}

TEST_F(TokenTest, WithoutAPlaceOfItsOwnThePublicKeyLiesBesideThePrivateOne) {
  const auto key = GenerateKey(directory_, "");
  ASSERT_TRUE(key.ok()) << key.status();
  EXPECT_THAT(ReadFile(directory_ + "/" + key->id + ".pub.pem"), HasSubstr("PUBLIC KEY"));
  const auto read = ReadKey(directory_);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->id, key->id);
  EXPECT_EQ(read->private_pem, key->private_pem);
}

TEST_F(TokenTest, SaysEverythingTheServerReads) {
  const auto key = GenerateKey(directory_, "");
  ASSERT_TRUE(key.ok()) << key.status();
  claims_.actor = "supervisor";
  const auto token = IssueToken(claims_, *key, fake_.Get());
  ASSERT_TRUE(token.ok()) << token.status();
  nlohmann::json grants =
      Verified(*token, ReadFile(directory_ + "/" + key->id + ".pub.pem"), key->id);
  EXPECT_THAT(grants["jti"].get<std::string>(), testing::SizeIs(36));
  grants.erase("jti");
  EXPECT_EQ(grants, nlohmann::json::parse(R"({
    "iss": "clarity", "aud": "clarity", "sub": "agent-7", "act": {"sub": "supervisor"},
    "roles": ["AGENT", "STAFF"], "clinics": ["clinics/-"],
    "iat": 4000000000, "exp": 4000043200})"));
}

TEST_F(TokenTest, APatientsTokenNamesThePatient) {
  const auto key = GenerateKey(directory_, "");
  ASSERT_TRUE(key.ok()) << key.status();
  claims_.roles = {"PATIENT"};
  EXPECT_EQ(IssueToken(claims_, *key, fake_.Get()).status().code(),
            absl::StatusCode::kInvalidArgument);
  claims_.patient = "patients/p-1";
  const auto token = IssueToken(claims_, *key, fake_.Get());
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ(Verified(*token, ReadFile(directory_ + "/" + key->id + ".pub.pem"), key->id)["patient"],
            "patients/p-1");
}

TEST_F(TokenTest, RefusesWhatCannotBeMeant) {
  const auto key = GenerateKey(directory_, "");
  ASSERT_TRUE(key.ok()) << key.status();
  claims_.roles = {"KING"};
  EXPECT_THAT(std::string(IssueToken(claims_, *key, fake_.Get()).status().message()),
              HasSubstr("KING"));
  claims_.roles = {"AGENT"};
  claims_.valid = absl::ZeroDuration();
  EXPECT_FALSE(IssueToken(claims_, *key, fake_.Get()).ok());
  claims_.valid = absl::Hours(999999);
  EXPECT_EQ(IssueToken(claims_, *key, fake_.Get()).status().message(),
            "a token is valid for 10 years at most");
  claims_.valid = absl::Hours(1);
  EXPECT_THAT(std::string(IssueToken(claims_, {"k", "no key"}, fake_.Get()).status().message()),
              HasSubstr("cannot sign"));
}

TEST_F(TokenTest, AsksWhichOfSeveralKeysIsMeant) {
  ASSERT_TRUE(GenerateKey(directory_, "").ok());
  ASSERT_TRUE(GenerateKey(directory_, "").ok());
  EXPECT_THAT(std::string(ReadKey(directory_).status().message()),
              HasSubstr("holds 2 private keys"));
  EXPECT_THAT(std::string(ReadKey("/nonexistent.pem").status().message()),
              HasSubstr("/nonexistent.pem"));
}

}  // namespace
}  // namespace clarity::client
