#ifndef CLARITY_TESTS_BENCH_LOAD_H_
#define CLARITY_TESTS_BENCH_LOAD_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "tests/support/clarityd_process.h"

namespace clarity::bench {

// A request as it goes over the wire, and a reply as it comes.
grpc::ByteBuffer Serialised(const google::protobuf::Message& request);
void Parse(grpc::ByteBuffer buffer, google::protobuf::Message* reply);

// Requests of one method, in the order in which they are made.
class Requests {
 public:
  enum class Use { kOnce, kRoundAndRound };

  Requests(std::vector<grpc::ByteBuffer> buffers, Use use)
      : buffers_(std::move(buffers)), use_(use) {}

  const grpc::ByteBuffer* Next();  // null: there are no more

 private:
  const std::vector<grpc::ByteBuffer> buffers_;
  const Use use_;
  size_t next_ = 0;
};

// What came of a load.
struct Outcome {
  int64_t succeeded = 0;
  int64_t refused = 0;
  std::string refusal;  // what the last one said
  absl::Duration taken;

  double Rate() const { return static_cast<double>(succeeded) / absl::ToDoubleSeconds(taken); }
};

// A client that costs as little as gRPC lets it: requests serialised beforehand, replies left as
// bytes, one completion queue, one thread.
class Load {
 public:
  static constexpr int kSubjects = 128;

  // "/package.Service/Method". Calls take turns among so many subjects that none of them makes
  // more than a server takes from one.
  Load(const tests::ClaritydProcess& server, std::string method, const std::string& role);

  // The replies to one call after the other, which all have to succeed.
  std::vector<grpc::ByteBuffer> CallEach(const std::vector<grpc::ByteBuffer>& requests);

  // So many calls at any time, for so long or until there are no more requests.
  Outcome Run(int callers, absl::Duration time, Requests* requests);

 private:
  struct Call;
  void Begin(const grpc::ByteBuffer& request, Call* call);

  const std::string method_;
  std::vector<std::string> authorizations_;
  grpc::GenericStub stub_;
  grpc::CompletionQueue queue_;
  size_t turn_ = 0;
};

}  // namespace clarity::bench

#endif  // CLARITY_TESTS_BENCH_LOAD_H_
