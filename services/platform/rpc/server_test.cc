#include "services/platform/rpc/server.h"

#include <signal.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "services/platform/rpc/testing/echo_server.h"

namespace clarity::rpc {
namespace {

using testing::EchoServer;
using ::testing::HasSubstr;

TEST(ServerTest, WillNotSpeakPlainTextToTheNetwork) {
  EchoServer echo;
  testing::EchoService::CallbackService service;
  Server::Options options;
  options.host = "0.0.0.0";
  EXPECT_THAT(std::string(Server::Start(options, {&service}, &echo.door()).status().message()),
              HasSubstr("in plain text"));
  options.insecure_listen = true;
  EXPECT_TRUE(Server::Start(options, {&service}, &echo.door()).ok());
}

TEST(ServerTest, WantsBothHalvesOfAnIdentity) {
  EchoServer echo;
  testing::EchoService::CallbackService service;
  Server::Options options;
  options.certificate_file = "/no/such/file";
  EXPECT_THAT(std::string(Server::Start(options, {&service}, &echo.door()).status().message()),
              HasSubstr("both a certificate and a key"));
  options.key_file = "/no/such/file";
  EXPECT_THAT(std::string(Server::Start(options, {&service}, &echo.door()).status().message()),
              HasSubstr("cannot read /no/such/file"));
}

TEST(ServerTest, DoesNotShareItsPort) {
  EchoServer echo;
  testing::EchoService::CallbackService service;
  Server::Options options;
  options.port = echo.server().port();
  EXPECT_EQ(Server::Start(options, {&service}, &echo.door()).status().code(),
            absl::StatusCode::kUnavailable);
}

constexpr char kHealth[] = "/grpc.health.v1.Health/Check";
constexpr char kReflection[] = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";

// What a method that needs no message of its own comes to.
grpc::StatusCode CallByName(std::shared_ptr<grpc::Channel> channel, const std::string& method) {
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
  return status.error_code();
}

TEST(ServerTest, AnswersHealthChecksAndShowsItsShapeOnlyWhenToldTo) {
  EchoServer echo;
  EXPECT_EQ(CallByName(echo.channel(), kHealth), grpc::OK);
  EXPECT_EQ(CallByName(echo.channel(), kReflection), grpc::UNIMPLEMENTED);
  testing::EchoService::CallbackService service;
  Server::Options options;
  options.reflection = true;
  const auto open = Server::Start(options, {&service}, &echo.door());
  ASSERT_TRUE(open.ok()) << open.status();
  const auto channel = grpc::CreateChannel(absl::StrCat("127.0.0.1:", (*open)->port()),
                                           grpc::InsecureChannelCredentials());
  EXPECT_NE(CallByName(channel, kReflection), grpc::UNIMPLEMENTED);
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
