#include "services/platform/base/errors.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "services/platform/base/limits.h"

namespace clarity::base {
namespace {

using testing::HasSubstr;

std::vector<Violation> Violations(int count, int description_bytes = 10) {
  std::vector<Violation> violations;
  for (int i = 0; i < count; ++i) {
    violations.push_back({absl::StrCat("items[", i, "]"), std::string(description_bytes, 'x')});
  }
  return violations;
}

TEST(ErrorsTest, EveryFactoryGivesItsCodeAndReason) {
  const struct {
    absl::Status status;
    absl::StatusCode code;
    const char* reason;
  } cases[] = {
      {InvalidField("start", "missing"), absl::StatusCode::kInvalidArgument, "INVALID_REQUEST"},
      {InvalidReason("REQUEST_ID_REUSED", "m"), absl::StatusCode::kInvalidArgument,
       "REQUEST_ID_REUSED"},
      {Unauthenticated("m"), absl::StatusCode::kUnauthenticated, "UNAUTHENTICATED"},
      {PermissionDenied(), absl::StatusCode::kPermissionDenied, "PERMISSION_DENIED"},
      {NotFound("clinics/a"), absl::StatusCode::kNotFound, "NOT_FOUND"},
      {AlreadyExists("clinics/a"), absl::StatusCode::kAlreadyExists, "ALREADY_EXISTS"},
      {FailedPrecondition("SLOT_TAKEN", "m"), absl::StatusCode::kFailedPrecondition, "SLOT_TAKEN"},
      {EtagMismatch("clinics/a"), absl::StatusCode::kAborted, "ETAG_MISMATCH"},
      {TokenExpired(), absl::StatusCode::kOutOfRange, "TOKEN_EXPIRED"},
      {ResourceExhausted("QUOTA", "m", absl::Seconds(1)), absl::StatusCode::kResourceExhausted,
       "QUOTA"},
      {Unavailable("m", absl::Seconds(1)), absl::StatusCode::kUnavailable, "UNAVAILABLE"},
      {Internal("m"), absl::StatusCode::kInternal, "INTERNAL"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(c.status.code(), c.code) << c.status;
    google::rpc::ErrorInfo info;
    ASSERT_TRUE(GetDetail(c.status, &info)) << c.status;
    EXPECT_EQ(info.reason(), c.reason);
    EXPECT_EQ(info.domain(), "clarity");
    EXPECT_EQ(ReasonOf(c.status), c.reason);
  }
}

TEST(ErrorsTest, ViolationsAreListedUpToALimitAndThenCounted) {
  const absl::Status status = InvalidRequest(Violations(limits::kViolationsListedMax + 3));
  EXPECT_THAT(status.message(), HasSubstr("items[0]"));
  google::rpc::BadRequest details;
  ASSERT_TRUE(GetDetail(status, &details));
  ASSERT_EQ(details.field_violations_size(), limits::kViolationsListedMax + 1);
  EXPECT_EQ(details.field_violations(19).field(), "items[19]");
  EXPECT_EQ(details.field_violations(20).field(), "");
  EXPECT_EQ(details.field_violations(20).description(), "3 more");
}

TEST(ErrorsTest, PermissionDeniedDoesNotTellWhatExists) {
  EXPECT_EQ(PermissionDenied(), PermissionDenied());
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(GetDetail(PermissionDenied(), &info));
  EXPECT_TRUE(info.metadata().empty());
}

TEST(ErrorsTest, WhatToRetrySaysWhen) {
  for (const absl::Status& status : {Unavailable("m", absl::Milliseconds(1500)),
                                     ResourceExhausted("R", "m", absl::Milliseconds(1500))}) {
    google::rpc::RetryInfo retry;
    ASSERT_TRUE(GetDetail(status, &retry));
    EXPECT_EQ(retry.retry_delay().seconds(), 1);
    EXPECT_EQ(retry.retry_delay().nanos(), 500'000'000);
  }
}

TEST(ErrorsTest, MetadataTravelsInTheErrorInfo) {
  google::rpc::ErrorInfo info;
  ASSERT_TRUE(GetDetail(FailedPrecondition("R", "m", {{"state", "BOOKED"}}), &info));
  EXPECT_EQ(info.metadata().at("state"), "BOOKED");
  ASSERT_TRUE(GetDetail(NotFound("clinics/a"), &info));
  EXPECT_EQ(info.metadata().at("name"), "clinics/a");
}

TEST(ErrorsTest, ALaterDetailOfTheSameTypeReplaces) {
  absl::Status status = Internal("m");
  google::rpc::ErrorInfo info;
  info.set_reason("OTHER");
  AddDetail(status, info);
  EXPECT_EQ(ReasonOf(status), "OTHER");
  EXPECT_EQ(ToRpcStatus(status).details_size(), 1);
}

TEST(ErrorsTest, AStatusWithoutDetailsHasNone) {
  google::rpc::ErrorInfo info;
  EXPECT_FALSE(GetDetail(absl::AbortedError("m"), &info));
  EXPECT_EQ(ReasonOf(absl::AbortedError("m")), "");
  EXPECT_EQ(ReasonOf(absl::OkStatus()), "");
}

TEST(ErrorsTest, OnTheWireItIsAGoogleRpcStatus) {
  const google::rpc::Status rpc = ToRpcStatus(Unavailable("later", absl::Seconds(2)));
  EXPECT_EQ(rpc.code(), static_cast<int>(absl::StatusCode::kUnavailable));
  EXPECT_EQ(rpc.message(), "later");
  ASSERT_EQ(rpc.details_size(), 2);
  EXPECT_TRUE(rpc.details(0).Is<google::rpc::ErrorInfo>());
  EXPECT_TRUE(rpc.details(1).Is<google::rpc::RetryInfo>());
}

TEST(ErrorsTest, DetailsThatDoNotFitAreDroppedButNeverTheErrorInfo) {
  const absl::Status status = InvalidRequest(Violations(limits::kViolationsListedMax, 1000));
  const google::rpc::Status rpc = ToRpcStatus(status);
  EXPECT_LE(rpc.ByteSizeLong(), limits::kErrorDetailBytesMax);
  ASSERT_EQ(rpc.details_size(), 1);
  EXPECT_TRUE(rpc.details(0).Is<google::rpc::ErrorInfo>());
}

TEST(ErrorsTest, ALongMessageIsCut) {
  const google::rpc::Status rpc = ToRpcStatus(Internal(std::string(10'000, 'x')));
  EXPECT_EQ(rpc.message().size(), limits::kErrorTextBytesMax);
  EXPECT_EQ(rpc.details_size(), 1);
}

TEST(ErrorsTest, ALongMessageIsNotCutWithinACharacter) {
  std::string text = "x";
  while (text.size() <= limits::kErrorTextBytesMax) text += "é";
  const google::rpc::Status rpc = ToRpcStatus(Internal(text));
  EXPECT_EQ(rpc.message(), text.substr(0, limits::kErrorTextBytesMax - 1));
}

TEST(ErrorsTest, WhatTheCallerKeepsIsNotRetried) {
  google::rpc::RetryInfo retry;
  EXPECT_FALSE(GetDetail(ResourceExhausted("QUOTA", "m"), &retry));
}

}  // namespace
}  // namespace clarity::base
