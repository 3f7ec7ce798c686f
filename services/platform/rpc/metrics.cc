#include "services/platform/rpc/metrics.h"

#include <exception>

namespace clarity::rpc {
namespace {

// From what memory answers to what a deadline ends.
const prometheus::Histogram::BucketBoundaries& SecondsBuckets() {
  static const auto* const buckets = new prometheus::Histogram::BucketBoundaries{
      0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 60};
  return *buckets;
}

prometheus::Gauge& AddGauge(prometheus::Registry& registry, const std::string& name,
                            const std::string& help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

}  // namespace

Metrics::Metrics()
    : registry_(std::make_shared<prometheus::Registry>()),
      calls_(prometheus::BuildCounter()
                 .Name("clarity_calls_total")
                 .Help("Calls answered, by method and code")
                 .Register(*registry_)),
      seconds_(prometheus::BuildHistogram()
                   .Name("clarity_call_seconds")
                   .Help("From a call's arrival to its answer")
                   .Register(*registry_)),
      cancelled_(prometheus::BuildCounter()
                     .Name("clarity_calls_cancelled_total")
                     .Help("Calls whose caller left before the answer")
                     .Register(*registry_)
                     .Add({})),
      in_flight_(AddGauge(*registry_, "clarity_calls_in_flight", "Calls not answered yet")),
      queued_(AddGauge(*registry_, "clarity_tasks_queued", "Tasks that wait for a worker")),
      streams_(AddGauge(*registry_, "clarity_streams_open", "Streams that are open")) {}

absl::Status Metrics::Serve(const Address& address) {
  // The library throws when it cannot listen, and does not say why: the one place that must catch.
  try {
    exposer_ = std::make_unique<prometheus::Exposer>(address.ToString(), /*num_threads=*/1);
  } catch (const std::exception&) {
    return CannotListen(address);
  }
  exposer_->RegisterCollectable(registry_);
  return absl::OkStatus();
}

int Metrics::port() const {
  return exposer_ == nullptr ? 0 : exposer_->GetListeningPorts().front();
}

void Metrics::CallEnded(const Method& method, absl::StatusCode code, absl::Duration took) {
  in_flight_.Decrement();
  // Adding labels that are there already gives the counter that is there.
  calls_.Add({{"method", method.name}, {"code", absl::StatusCodeToString(code)}}).Increment();
  seconds_.Add({{"method", method.name}}, SecondsBuckets()).Observe(absl::ToDoubleSeconds(took));
}

}  // namespace clarity::rpc
