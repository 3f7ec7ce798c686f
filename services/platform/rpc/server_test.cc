#include "services/platform/rpc/server.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <signal.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "services/platform/base/files.h"
#include "services/platform/rpc/testing/echo_server.h"
#include "services/platform/rpc/testing/text_proto.h"
#include "services/platform/storage/test_support.h"

namespace clarity::rpc {
namespace {

using testing::EchoServer;
using ::testing::HasSubstr;

TEST(ServerTest, WillNotSpeakPlainTextToTheNetwork) {
  EchoServer echo;
  testing::EchoService::CallbackService service;
  Server::Options options;
  options.address.host = "0.0.0.0";
  EXPECT_THAT(std::string(Server::Start(options, {&service}, {&echo.door()}).status().message()),
              HasSubstr("in plain text"));
  options.insecure_listen = true;
  EXPECT_TRUE(Server::Start(options, {&service}, {&echo.door()}).ok());
}

TEST(ServerTest, WantsBothHalvesOfAnIdentity) {
  EchoServer echo;
  testing::EchoService::CallbackService service;
  Server::Options options;
  options.certificate_file = "/no/such/file";
  EXPECT_THAT(std::string(Server::Start(options, {&service}, {&echo.door()}).status().message()),
              HasSubstr("both a certificate and a key"));
  options.key_file = "/no/such/file";
  EXPECT_THAT(std::string(Server::Start(options, {&service}, {&echo.door()}).status().message()),
              HasSubstr("cannot read /no/such/file"));
}

TEST(ServerTest, DoesNotShareItsPort) {
  EchoServer echo;
  testing::EchoService::CallbackService service;
  Server::Options options;
  options.address.port = echo.server().port();
  EXPECT_EQ(Server::Start(options, {&service}, {&echo.door()}).status(),
            absl::UnavailableError(absl::StrCat("cannot listen on ", options.address.ToString(),
                                                ": Address already in use")));
}

constexpr char kHealth[] = "/grpc.health.v1.Health/Check";
constexpr char kReflection[] = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";

// What a method that needs no message of its own comes to; the bytes of its reply.
grpc::StatusCode CallByName(std::shared_ptr<grpc::Channel> channel, const std::string& method,
                            std::string* bytes = nullptr) {
  grpc::GenericStub stub(std::move(channel));
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  const grpc::Slice empty("", 0);
  auto call = stub.PrepareUnaryCall(&context, method, grpc::ByteBuffer(&empty, 1), &queue);
  call->StartCall();
  grpc::ByteBuffer reply;
  grpc::Status status;
  call->Finish(&reply, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  grpc::Slice slice;
  if (bytes != nullptr && reply.DumpToSingleSlice(&slice).ok()) {
    bytes->assign(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return status.error_code();
}

// HealthCheckResponse.status, which is the only field and never 0.
constexpr char kServing = 1;
constexpr char kNotServing = 2;
char Health(const std::shared_ptr<grpc::Channel>& channel) {
  std::string reply;
  EXPECT_EQ(CallByName(channel, kHealth, &reply), grpc::OK);
  return reply.empty() ? '\0' : reply.back();
}

// An identity of 127.0.0.1 that nobody but the test trusts, in PEM files.
class TestIdentity {
 public:
  TestIdentity() {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"),
                                                                  &EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), &X509_free);
    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
    X509_set_pubkey(certificate.get(), key.get());
    X509_NAME* name = X509_get_subject_name(certificate.get());
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("clarity test"), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), name);
    const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> address(
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1"),
        &X509_EXTENSION_free);
    X509_add_ext(certificate.get(), address.get(), -1);
    X509_sign(certificate.get(), key.get(), EVP_sha256());
    Write(certificate_file(),
          [&](BIO* file) { return PEM_write_bio_X509(file, certificate.get()); });
    Write(key_file(), [&](BIO* file) {
      return PEM_write_bio_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
  }

  std::string certificate_file() const { return directory_.path() + "/certificate.pem"; }
  std::string key_file() const { return directory_.path() + "/key.pem"; }

 private:
  template <typename Writer>
  static void Write(const std::string& path, Writer writer) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> file(BIO_new_file(path.c_str(), "w"),
                                                         &BIO_free);
    EXPECT_EQ(writer(file.get()), 1) << path;
  }

  const storage::TemporaryDirectory directory_;
};

class TlsTest : public ::testing::Test {
 protected:
  TlsTest() {
    options_.certificate_file = identity_.certificate_file();
    options_.key_file = identity_.key_file();
  }

  // What a call over a channel with these credentials comes to.
  grpc::StatusCode Ping(int port, const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
    const auto stub = testing::EchoService::NewStub(
        grpc::CreateChannel(absl::StrCat("127.0.0.1:", port), credentials));
    auto context = echo_.Context();
    testing::PingResponse reply;
    return stub->Ping(context.get(), testing::PingRequest(), &reply).error_code();
  }
  std::string WhyNot() {
    return std::string(Server::Start(options_, {&service_}, {&echo_.door()}).status().message());
  }

  EchoServer echo_;
  testing::EchoGrpcService service_{&echo_.door(), &echo_.use_cases()};
  const TestIdentity identity_;
  Server::Options options_;
};

TEST_F(TlsTest, ServesWhoTrustsItsCertificateAndNobodyInPlainText) {
  const auto server = Server::Start(options_, {&service_}, {&echo_.door()});
  ASSERT_TRUE(server.ok()) << server.status();
  grpc::SslCredentialsOptions trust;
  trust.pem_root_certs = *base::ReadFile(identity_.certificate_file());
  EXPECT_EQ(Ping((*server)->port(), grpc::SslCredentials(trust)), grpc::OK);
  EXPECT_EQ(Ping((*server)->port(), grpc::InsecureChannelCredentials()), grpc::UNAVAILABLE);
  const TestIdentity stranger;
  trust.pem_root_certs = *base::ReadFile(stranger.certificate_file());
  EXPECT_EQ(Ping((*server)->port(), grpc::SslCredentials(trust)), grpc::UNAVAILABLE);
}

TEST_F(TlsTest, SaysWhichFileIsBad) {
  options_.certificate_file = identity_.key_file();
  EXPECT_EQ(WhyNot(), identity_.key_file() + " holds no certificate in PEM");
  options_.certificate_file = identity_.certificate_file();
  options_.key_file = identity_.certificate_file();
  EXPECT_THAT(WhyNot(), HasSubstr("certificate.pem holds no private key in PEM"));
  const TestIdentity other;
  options_.key_file = other.key_file();
  EXPECT_THAT(WhyNot(), HasSubstr("is not that of the certificate in"));
}

TEST(ServerTest, AnswersHealthChecksAndShowsItsShapeOnlyWhenToldTo) {
  EchoServer echo;
  EXPECT_EQ(CallByName(echo.channel(), kHealth), grpc::OK);
  EXPECT_EQ(CallByName(echo.channel(), kReflection), grpc::UNIMPLEMENTED);
  testing::EchoService::CallbackService service;
  Server::Options options;
  options.reflection = true;
  const auto open = Server::Start(options, {&service}, {&echo.door()});
  ASSERT_TRUE(open.ok()) << open.status();
  const auto channel = grpc::CreateChannel(absl::StrCat("127.0.0.1:", (*open)->port()),
                                           grpc::InsecureChannelCredentials());
  EXPECT_NE(CallByName(channel, kReflection), grpc::UNIMPLEMENTED);
}

class StoppingServerTest : public ::testing::Test {
 protected:
  StoppingServerTest() {
    Server::Options options;
    options.drain = absl::Hours(1);
    options.wait = [this](absl::Duration duration) { on_wait_(duration); };
    server_ = *Server::Start(options, {&service_}, {&echo_.door()});
    channel_ = grpc::CreateChannel(absl::StrCat("127.0.0.1:", server_->port()),
                                   grpc::InsecureChannelCredentials());
  }

  grpc::Status Put(const std::string& request_id) {
    auto context = echo_.Context();
    auto request = testing::FromText<testing::PutItemRequest>(
        "item { clinic: 'clinics/lake-forest' kind: KIND_ONE }");
    request.set_request_id(request_id);
    testing::Item reply;
    return testing::EchoService::NewStub(channel_)->PutItem(context.get(), request, &reply);
  }

  EchoServer echo_;
  testing::EchoGrpcService service_{&echo_.door(), &echo_.use_cases()};
  std::function<void(absl::Duration)> on_wait_;
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(StoppingServerTest, SaysNotServingAndServesOnUntilTheDrainIsOver) {
  EXPECT_EQ(Health(channel_), kServing);
  int waits = 0;
  on_wait_ = [&](absl::Duration duration) {
    if (++waits > 1) return;
    EXPECT_EQ(duration, absl::Hours(1));
    EXPECT_EQ(Health(channel_), kNotServing);
    EXPECT_TRUE(Put("r1").ok());
  };
  server_->Shutdown();
  EXPECT_EQ(waits, 2);
  EXPECT_EQ(echo_.use_cases().puts, 1);
}

TEST_F(StoppingServerTest, TellsWhoComesTooLateToComeAgain) {
  int waits = 0;
  on_wait_ = [&](absl::Duration) {
    if (++waits < 2) return;
    const grpc::Status late = Put("r1");
    EXPECT_EQ(late.error_code(), grpc::UNAVAILABLE);
    EXPECT_THAT(late.error_details(), HasSubstr("google.rpc.RetryInfo"));
  };
  server_->Shutdown();
  EXPECT_EQ(waits, 2);
  EXPECT_EQ(echo_.use_cases().puts, 0);
}

TEST(ServerTest, StopsTwiceWithoutHarm) {
  EchoServer echo;
  echo.server().Shutdown();
  echo.server().Shutdown();
}

TEST(ServerTest, WaitsForTheSignalToEnd) {
  BlockTerminationSignals();
  raise(SIGTERM);
  EXPECT_EQ(WaitForTermination(), SIGTERM);
}

}  // namespace
}  // namespace clarity::rpc
