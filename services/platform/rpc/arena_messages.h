#ifndef CLARITY_SERVICES_PLATFORM_RPC_ARENA_MESSAGES_H_
#define CLARITY_SERVICES_PLATFORM_RPC_ARENA_MESSAGES_H_

#include "google/protobuf/arena.h"
#include "grpcpp/support/message_allocator.h"

namespace clarity::rpc {

// Request and reply of a call on one arena, made and thrown away as one piece: for methods whose
// replies hold hundreds of messages. To be given to the generated SetMessageAllocatorFor_Method;
// outlives the server.
template <typename Request, typename Reply>
class ArenaMessages final : public grpc::MessageAllocator<Request, Reply> {
 public:
  grpc::MessageHolder<Request, Reply>* AllocateMessages() override { return new Holder; }

 private:
  class Holder final : public grpc::MessageHolder<Request, Reply> {
   public:
    Holder() {
      this->set_request(google::protobuf::Arena::CreateMessage<Request>(&arena_));
      this->set_response(google::protobuf::Arena::CreateMessage<Reply>(&arena_));
    }
    void Release() override { delete this; }

   private:
    google::protobuf::Arena arena_;
  };
};

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_ARENA_MESSAGES_H_
