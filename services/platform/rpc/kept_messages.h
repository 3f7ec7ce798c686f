#ifndef CLARITY_SERVICES_PLATFORM_RPC_KEPT_MESSAGES_H_
#define CLARITY_SERVICES_PLATFORM_RPC_KEPT_MESSAGES_H_

#include <cstddef>
#include <vector>

#include "grpcpp/support/message_allocator.h"
#include "services/platform/base/mutex.h"

namespace clarity::rpc {

// Requests and replies that are used again for the next call of the method, with the memory of
// their parts: for methods whose replies hold hundreds of strings. To be given to the generated
// SetMessageAllocatorFor_Method; outlives the server.
template <typename Request, typename Reply>
class KeptMessages final : public grpc::MessageAllocator<Request, Reply> {
 public:
  ~KeptMessages() override {
    for (Holder* holder : idle_) delete holder;
  }

  grpc::MessageHolder<Request, Reply>* AllocateMessages() override {
    {
      base::MutexLock lock(&mutex_);
      if (!idle_.empty()) {
        Holder* const holder = idle_.back();
        idle_.pop_back();
        return holder;
      }
    }
    return new Holder(this);
  }

 private:
  static constexpr size_t kIdleMax = 64;  // a crowd of calls leaves no more behind

  class Holder final : public grpc::MessageHolder<Request, Reply> {
   public:
    explicit Holder(KeptMessages* owner) : owner_(*owner) {
      this->set_request(&request_);
      this->set_response(&reply_);
    }
    void Release() override {
      request_.Clear();
      reply_.Clear();
      owner_.TakeBack(this);
    }

   private:
    KeptMessages& owner_;
    Request request_;
    Reply reply_;
  };

  void TakeBack(Holder* holder) {
    {
      base::MutexLock lock(&mutex_);
      if (idle_.size() < kIdleMax) {
        idle_.push_back(holder);
        return;
      }
    }
    delete holder;
  }

  base::Mutex mutex_;
  std::vector<Holder*> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_KEPT_MESSAGES_H_
