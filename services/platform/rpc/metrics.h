#ifndef CLARITY_SERVICES_PLATFORM_RPC_METRICS_H_
#define CLARITY_SERVICES_PLATFORM_RPC_METRICS_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "prometheus/counter.h"
#include "prometheus/exposer.h"
#include "prometheus/family.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "services/platform/rpc/address.h"
#include "services/platform/rpc/method.h"

namespace clarity::rpc {

// The counts Prometheus reads: clarity_... A label names a method or a code, never a person.
class Metrics {
 public:
  Metrics();

  // Serves them on http://{address}/metrics from now on.
  absl::Status Serve(const Address& address);
  int port() const;

  void CallStarted() { in_flight_.Increment(); }
  void CallEnded(const Method& method, absl::StatusCode code, absl::Duration took);
  void CallerGone() { cancelled_.Increment(); }
  void TaskQueued() { queued_.Increment(); }
  void TaskStarted() { queued_.Decrement(); }
  void StreamOpened() { streams_.Increment(); }
  void StreamClosed() { streams_.Decrement(); }

  // For what else a process has to tell.
  prometheus::Registry& registry() { return *registry_; }

 private:
  const std::shared_ptr<prometheus::Registry> registry_;
  prometheus::Family<prometheus::Counter>& calls_;
  prometheus::Family<prometheus::Histogram>& seconds_;
  prometheus::Counter& cancelled_;
  prometheus::Gauge& in_flight_;
  prometheus::Gauge& queued_;
  prometheus::Gauge& streams_;
  std::unique_ptr<prometheus::Exposer> exposer_;
};

}  // namespace clarity::rpc

#endif  // CLARITY_SERVICES_PLATFORM_RPC_METRICS_H_
