#include "clients/terminal/failure.h"

#include <sstream>

#include "clarity/type/v1/error_reason.pb.h"
#include "clients/core/errors.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace clarity::client {
namespace {

using ::testing::HasSubstr;

absl::Status WithReason(absl::Status status, const char* reason) {
  google::rpc::ErrorInfo info;
  info.set_reason(reason);
  info.set_domain("clarity");
  AddDetail(&status, info);
  return status;
}

class FailureTest : public testing::Test {
 protected:
  FailureTest() {
    console_.out = &out_;
    console_.err = &err_;
  }
  std::ostringstream out_, err_;
  Console console_;
};

TEST_F(FailureTest, TheReasonDecidesBeforeTheCode) {
  const absl::Status failed = absl::FailedPreconditionError("no");
  EXPECT_EQ(ExitCodeOf(WithReason(failed, "SLOT_TAKEN")), kExitTaken);
  EXPECT_EQ(ExitCodeOf(WithReason(failed, "HOLD_EXPIRED")), kExitConflict);
  EXPECT_EQ(ExitCodeOf(WithReason(absl::ResourceExhaustedError("no"), "HOLD_LIMIT")),
            kExitConflict);
  EXPECT_EQ(ExitCodeOf(WithReason(absl::ResourceExhaustedError("no"), "OVERLOADED")),
            kExitUnavailable);
  EXPECT_EQ(ExitCodeOf(absl::NotFoundError("no")), kExitNotFound);
  EXPECT_EQ(ExitCodeOf(absl::PermissionDeniedError("no")), kExitNotFound);
  EXPECT_EQ(ExitCodeOf(absl::UnauthenticatedError("no")), kExitSignedOut);
  EXPECT_EQ(ExitCodeOf(absl::InternalError("no")), kExitFailed);
  EXPECT_EQ(ExitCodeOf(absl::OkStatus()), kExitOk);
}

TEST_F(FailureTest, EveryReasonHasItsAdvice) {
  const auto& reasons = *type::v1::ErrorReason_descriptor();
  for (int i = 1; i < reasons.value_count(); ++i) {
    const std::string reason = reasons.value(i)->name().substr(sizeof("ERROR_REASON_") - 1);
    EXPECT_NE(AdviceOn(WithReason(absl::UnknownError("no"), reason.c_str())), "") << reason;
  }
}

TEST_F(FailureTest, WhatTheTransportSaysIsPutInWords) {
  EXPECT_EQ(Report(console_, absl::UnimplementedError("")), kExitNotFound);
  EXPECT_EQ(err_.str(),
            "error: the server does not serve this\nIt may run only some of the services, or be "
            "older than this program: ask who runs it.\n");
  EXPECT_EQ(Report(console_, absl::UnavailableError("errno 111")), kExitUnavailable);
  EXPECT_THAT(err_.str(), HasSubstr("error: the server cannot be reached\n(errno 111)\n"));
  EXPECT_EQ(Report(console_, absl::DeadlineExceededError("late")), kExitUnavailable);
  EXPECT_THAT(err_.str(), HasSubstr("error: the server has not answered in time\n(late)\n"));
}

TEST_F(FailureTest, NamesEveryFieldAtFault) {
  absl::Status status = absl::InvalidArgumentError("query.window: must be set (and 1 more)");
  google::rpc::BadRequest details;
  auto* violation = details.add_field_violations();
  violation->set_field("query.window");
  violation->set_description("must be set");
  violation = details.add_field_violations();
  violation->set_field("page_size");
  violation->set_description("must be 0 to 200");
  AddDetail(&status, details);
  EXPECT_EQ(Report(console_, status), kExitUsage);
  EXPECT_THAT(err_.str(), HasSubstr("  query.window: must be set\n  page_size: must be 0 to 200"));
}

TEST_F(FailureTest, SaysWhatToDoNext) {
  Report(console_, WithReason(absl::FailedPreconditionError("expired"), "HOLD_EXPIRED"));
  EXPECT_EQ(err_.str(), "error: expired\nThe time is no longer kept: search and hold it again.\n");
  EXPECT_EQ(out_.str(), "");
}

TEST_F(FailureTest, FitsTheTerminal) {
  console_.columns = [] { return 30; };
  Report(console_, WithReason(absl::FailedPreconditionError("expired"), "HOLD_EXPIRED"));
  EXPECT_EQ(err_.str(), "error: expired\nThe time is no longer kept:\nsearch and hold it again.\n");
}

TEST_F(FailureTest, IsADocumentForPrograms) {
  EXPECT_EQ(ReportJson(console_, WithReason(absl::AbortedError("old"), "ETAG_MISMATCH")),
            kExitConflict);
  const auto document = nlohmann::json::parse(out_.str());
  EXPECT_EQ(document["error"]["code"], "ABORTED");
  EXPECT_EQ(document["error"]["reason"], "ETAG_MISMATCH");
  EXPECT_EQ(document["error"]["details"][0]["domain"], "clarity");
  EXPECT_EQ(err_.str(), "");
}

}  // namespace
}  // namespace clarity::client
