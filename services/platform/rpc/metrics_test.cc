#include "services/platform/rpc/metrics.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace clarity::rpc {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// What a GET of /metrics gives.
std::string Scrape(int port) {
  const int connection = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  const std::string request = "GET /metrics HTTP/1.0\r\nConnection: close\r\n\r\n";
  EXPECT_EQ(write(connection, request.data(), request.size()),
            static_cast<ssize_t>(request.size()));
  std::string reply;
  char part[4096];
  for (ssize_t size; (size = read(connection, part, sizeof(part))) > 0;) reply.append(part, size);
  close(connection);
  return reply;
}

TEST(MetricsTest, TellsPrometheusOfCallsAndOfWhatWaits) {
  Metrics metrics;
  Method method;
  method.name = "a.B/C";
  ASSERT_TRUE(metrics.Serve(Address()).ok());
  metrics.CallStarted();
  metrics.CallStarted();
  metrics.CallEnded(method, absl::StatusCode::kOk, absl::Milliseconds(3));
  metrics.TaskQueued();
  EXPECT_THAT(Scrape(metrics.port()),
              AllOf(HasSubstr("clarity_calls_total{code=\"OK\",method=\"a.B/C\"} 1"),
                    HasSubstr("clarity_call_seconds_bucket{method=\"a.B/C\",le=\"0.005\"} 1"),
                    HasSubstr("clarity_call_seconds_bucket{method=\"a.B/C\",le=\"0.002\"} 0"),
                    HasSubstr("clarity_calls_in_flight 1"), HasSubstr("clarity_tasks_queued 1")));
}

TEST(MetricsTest, SaysWhyItCannotListen) {
  Metrics metrics;
  ASSERT_TRUE(metrics.Serve(Address()).ok());
  Metrics other;
  const Address taken{"127.0.0.1", metrics.port()};
  EXPECT_EQ(other.Serve(taken),
            absl::UnavailableError(
                absl::StrCat("cannot listen on ", taken.ToString(), ": Address already in use")));
}

}  // namespace
}  // namespace clarity::rpc
