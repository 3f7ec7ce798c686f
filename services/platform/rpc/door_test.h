#ifndef CLARITY_SERVICES_PLATFORM_RPC_DOOR_TEST_H_
#define CLARITY_SERVICES_PLATFORM_RPC_DOOR_TEST_H_

#include <optional>
#include <string>
#include <vector>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "services/platform/base/status_macros.h"
#include "services/platform/rpc/testing/echo_server.h"
#include "services/platform/rpc/testing/text_proto.h"
#include "services/platform/storage/audit.h"

// A server behind a door, and those who call it.
namespace clarity::rpc {

template <typename Detail>
std::optional<Detail> DetailOf(const grpc::Status& status) {
  google::rpc::Status wire;
  Detail detail;
  if (!wire.ParseFromString(status.error_details())) return std::nullopt;
  for (const auto& any : wire.details()) {
    if (any.UnpackTo(&detail)) return detail;
  }
  return std::nullopt;
}

inline std::string ReasonOf(const grpc::Status& status) {
  const auto info = DetailOf<google::rpc::ErrorInfo>(status);
  return info.has_value() ? info->reason() : "";
}

inline std::vector<std::string> PathsOf(const grpc::Status& status) {
  std::vector<std::string> paths;
  if (const auto details = DetailOf<google::rpc::BadRequest>(status)) {
    for (const auto& violation : details->field_violations()) paths.push_back(violation.field());
  }
  return paths;
}

inline testing::PutItemRequest GoodPut(const std::string& request_id = "r1") {
  auto request = testing::FromText<testing::PutItemRequest>(
      "item { clinic: 'clinics/lake-forest' kind: KIND_ONE }");
  request.set_request_id(request_id);
  return request;
}

class DoorTest : public ::testing::Test {
 protected:
  // What a call with these claims comes to.
  grpc::Status Put(const testing::PutItemRequest& request, const testing::TokenClaims& claims,
                   testing::Item* reply = nullptr) {
    testing::Item ignored;
    auto context = testing::EchoServer::Context(server_.Token(claims));
    return server_.stub().PutItem(context.get(), request, reply == nullptr ? &ignored : reply);
  }
  grpc::Status Put(const testing::PutItemRequest& request, testing::Item* reply = nullptr) {
    return Put(request, server_.Claims(), reply);
  }
  grpc::Status Count(const testing::CountRequest& request, const testing::TokenClaims& claims) {
    testing::CountResponse reply;
    auto context = testing::EchoServer::Context(server_.Token(claims));
    return server_.stub().Count(context.get(), request, &reply);
  }
  grpc::Status Count() { return Count(testing::CountRequest(), server_.Claims()); }
  grpc::Status Get(const testing::GetItemRequest& request, const testing::TokenClaims& claims,
                   testing::Item* reply) {
    auto context = testing::EchoServer::Context(server_.Token(claims));
    return server_.stub().GetItem(context.get(), request, reply);
  }

  std::vector<storage::AuditRecord> Audit() {
    std::vector<storage::AuditRecord> records;
    // A write, so that what was queued before it is there.
    EXPECT_TRUE(server_.database()
                    .WriteAndWait([&](storage::Transaction& transaction) -> absl::Status {
                      ASSIGN_OR_RETURN(records, storage::ReadAudit(transaction, "", 1000));
                      return absl::OkStatus();
                    })
                    .ok());
    return records;
  }
  int64_t ChangesKept() {
    int64_t position = -1;
    EXPECT_TRUE(server_.database()
                    .ReadAndWait([&](storage::Transaction& transaction) {
                      position = storage::LastPosition(transaction, "items").value_or(-1);
                      return absl::OkStatus();
                    })
                    .ok());
    return position;
  }

  testing::EchoServer server_;
};

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_DOOR_TEST_H_
