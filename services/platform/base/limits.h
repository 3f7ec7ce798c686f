#ifndef CLARITY_SERVICES_PLATFORM_BASE_LIMITS_H_
#define CLARITY_SERVICES_PLATFORM_BASE_LIMITS_H_

#include <cstddef>
#include <cstdint>

#include "absl/time/time.h"

// Every limit of the platform in one place, the unit last in the name. What belongs to one field
// of one request is on the field's option in the proto; what belongs to scheduling alone is in
// services/scheduling/limits.h.
namespace clarity::limits {

// -- The wire ---------------------------------------------------------------------------------
inline constexpr int kRequestBytesMax = 4 * 1024 * 1024;  // ApplyCatalog; others: see the door
inline constexpr int kRequestBytesUsualMax = 64 * 1024;
inline constexpr int kReplyBytesMax = 16 * 1024 * 1024;
inline constexpr size_t kErrorDetailBytesMax = 4000;
inline constexpr int kViolationsListedMax = 20;
inline constexpr size_t kViolationsKeptMax = 1000;  // looked for before a request is given up
inline constexpr int kStringBytesMax = 1024;        // a string field without a rule of its own
inline constexpr int kItemsMax = 100;               // a repeated field without a rule of its own
inline constexpr size_t kTokenBytesMax = 4096;
inline constexpr size_t kErrorTextBytesMax = 500;
inline constexpr int kFreshnessStreamsMax = 50;
inline constexpr size_t kLoggedRequestBytesMax = 2000;

// -- Time -------------------------------------------------------------------------------------
inline constexpr absl::Duration kDeadlineUsual = absl::Seconds(10);  // calls without a deadline
inline constexpr absl::Duration kDeadlineMax = absl::Seconds(60);
inline constexpr absl::Duration kRetryAfter = absl::Seconds(1);
inline constexpr absl::Duration kTokenLeeway = absl::Seconds(30);  // of nbf and iat
inline constexpr absl::Duration kHeartbeatEvery = absl::Seconds(15);
inline constexpr absl::Duration kIdempotencyKept = absl::Hours(72);
// Between the last call that is served and the closing of the port, so that who calls without a
// pause has been told to come later before then.
inline constexpr absl::Duration kRefusingBeforeStop = absl::Milliseconds(500);

// Clients ping every 30 seconds; a server that minded that would take them for abusers.
inline constexpr absl::Duration kPingIntervalMin = absl::Seconds(20);
inline constexpr absl::Duration kPingEvery = absl::Seconds(60);
inline constexpr absl::Duration kPingTimeout = absl::Seconds(20);

// -- Room -------------------------------------------------------------------------------------
inline constexpr size_t kWorkerQueueTasksMax = 1024;
inline constexpr size_t kWriteQueueCallsMax = 4096;
inline constexpr int kWriteBatchCallsMax = 128;
inline constexpr size_t kTokensCachedMax = 10'000;
inline constexpr int kCallsPerSubjectPerSecondMax = 500;
// Tokens that turn out not to be good: each costs a signature's verification.
inline constexpr int kBadTokensPerAddressPerSecondMax = 100;
inline constexpr size_t kSubjectsCountedMax = 10'000;
inline constexpr size_t kAccessRecordsQueuedMax = 10'000;
inline constexpr size_t kAccessRecordsBatchMax = 200;
inline constexpr int kStreamsPerConnectionMax = 1000;  // calls of HTTP/2 at once
inline constexpr int kWatchersMax = 1000;
inline constexpr int kWatchersPerSubjectMax = 20;
inline constexpr size_t kLogLinesQueuedMax = 8192;
// Lines whose number is up to people whom we do not know: of a library, or of calls without a
// good token.
inline constexpr int kForeignLogLinesPerSecondMax = 20;

// -- Tidying ----------------------------------------------------------------------------------
inline constexpr absl::Duration kTidyEvery = absl::Seconds(60);
// While there is more to tidy: long enough that writes of callers come in between.
inline constexpr absl::Duration kTidyPause = absl::Milliseconds(50);

// -- The change log ---------------------------------------------------------------------------
inline constexpr int64_t kChangesKeptPerStream = 100'000;
inline constexpr int kChangesReadMax = 500;

}  // namespace clarity::limits

#endif  // CLARITY_SERVICES_PLATFORM_BASE_LIMITS_H_
