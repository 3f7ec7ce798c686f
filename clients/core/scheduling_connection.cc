#include "clients/core/scheduling_connection.h"

#include <utility>

#include "clients/core/caller.h"

namespace clarity::client {
namespace {

class SchedulingConnectionImpl final : public SchedulingConnection {
 public:
  SchedulingConnectionImpl(std::unique_ptr<scheduling::v1::SchedulingService::StubInterface> stub,
                           const Options& options)
      : stub_(std::move(stub)), caller_(std::make_shared<Caller>(options)) {}

  absl::StatusOr<scheduling::v1::FindSlotsResponse> FindSlots(
      const scheduling::v1::FindSlotsRequest& request, const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::FindSlots, request, options);
  }
  absl::StatusOr<scheduling::v1::CountSlotsResponse> CountSlots(
      const scheduling::v1::CountSlotsRequest& request, const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::CountSlots, request, options);
  }
  absl::StatusOr<scheduling::v1::FindNextAvailableResponse> FindNextAvailable(
      const scheduling::v1::FindNextAvailableRequest& request,
      const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::FindNextAvailable, request, options);
  }
  absl::StatusOr<scheduling::v1::ExplainSlotResponse> ExplainSlot(
      const scheduling::v1::ExplainSlotRequest& request, const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::ExplainSlot, request, options);
  }
  absl::StatusOr<scheduling::v1::Hold> CreateHold(const scheduling::v1::CreateHoldRequest& request,
                                                  const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::CreateHold, request, options);
  }
  absl::StatusOr<scheduling::v1::Hold> RenewHold(const scheduling::v1::RenewHoldRequest& request,
                                                 const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::RenewHold, request, options);
  }
  absl::StatusOr<scheduling::v1::ReleaseHoldResponse> ReleaseHold(
      const scheduling::v1::ReleaseHoldRequest& request, const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::ReleaseHold, request, options);
  }
  absl::StatusOr<scheduling::v1::Appointment> BookAppointment(
      const scheduling::v1::BookAppointmentRequest& request, const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::BookAppointment, request, options);
  }
  absl::StatusOr<scheduling::v1::Appointment> RescheduleAppointment(
      const scheduling::v1::RescheduleAppointmentRequest& request,
      const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::RescheduleAppointment, request, options);
  }
  absl::StatusOr<scheduling::v1::Appointment> CancelAppointment(
      const scheduling::v1::CancelAppointmentRequest& request,
      const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::CancelAppointment, request, options);
  }
  absl::StatusOr<scheduling::v1::Appointment> ConfirmAppointment(
      const scheduling::v1::ConfirmAppointmentRequest& request,
      const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::ConfirmAppointment, request, options);
  }
  absl::StatusOr<scheduling::v1::Appointment> RecordArrival(
      const scheduling::v1::RecordArrivalRequest& request, const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::RecordArrival, request, options);
  }
  absl::StatusOr<scheduling::v1::Appointment> StartAppointment(
      const scheduling::v1::StartAppointmentRequest& request, const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::StartAppointment, request, options);
  }
  absl::StatusOr<scheduling::v1::Appointment> CompleteAppointment(
      const scheduling::v1::CompleteAppointmentRequest& request,
      const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::CompleteAppointment, request, options);
  }
  absl::StatusOr<scheduling::v1::Appointment> MarkNoShow(
      const scheduling::v1::MarkNoShowRequest& request, const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::MarkNoShow, request, options);
  }
  absl::StatusOr<scheduling::v1::Appointment> UndoAppointmentStep(
      const scheduling::v1::UndoAppointmentStepRequest& request,
      const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::UndoAppointmentStep, request, options);
  }
  absl::StatusOr<scheduling::v1::Appointment> GetAppointment(
      const scheduling::v1::GetAppointmentRequest& request, const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::GetAppointment, request, options);
  }
  absl::StatusOr<scheduling::v1::BatchGetAppointmentsResponse> BatchGetAppointments(
      const scheduling::v1::BatchGetAppointmentsRequest& request,
      const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::BatchGetAppointments, request, options);
  }
  absl::StatusOr<scheduling::v1::ListAppointmentsResponse> ListAppointments(
      const scheduling::v1::ListAppointmentsRequest& request, const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::ListAppointments, request, options);
  }
  absl::StatusOr<scheduling::v1::DayBoard> GetDayBoard(
      const scheduling::v1::GetDayBoardRequest& request, const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::GetDayBoard, request, options);
  }
  absl::StatusOr<scheduling::v1::Block> CreateBlock(
      const scheduling::v1::CreateBlockRequest& request, const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::CreateBlock, request, options);
  }
  absl::StatusOr<scheduling::v1::DeleteBlockResponse> DeleteBlock(
      const scheduling::v1::DeleteBlockRequest& request, const CallOptions& options) override {
    return caller_->Call(*stub_, &Stub::DeleteBlock, request, options);
  }
  std::unique_ptr<AppointmentWatch> WatchAppointments(
      const scheduling::v1::WatchAppointmentsRequest& request,
      const CallOptions& options) override {
    using Event = scheduling::v1::WatchAppointmentsResponse;
    using Request = scheduling::v1::WatchAppointmentsRequest;
    const auto open = [stub = stub_](grpc::ClientContext* context, const Request& resumed) {
      return stub->WatchAppointments(context, resumed);
    };
    return std::make_unique<ResumingWatch<Request, Event>>(caller_, open, request, options);
  }

 private:
  using Stub = scheduling::v1::SchedulingService::StubInterface;

  const std::shared_ptr<Stub> stub_;
  const std::shared_ptr<Caller> caller_;
};

}  // namespace

std::shared_ptr<SchedulingConnection> MakeSchedulingConnection(
    const std::shared_ptr<grpc::ChannelInterface>& channel, const Options& options) {
  return std::make_shared<SchedulingConnectionImpl>(
      scheduling::v1::SchedulingService::NewStub(channel), options);
}

}  // namespace clarity::client
