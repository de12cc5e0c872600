package import ControllerAPI
extension FleetController {
    package func fleetDocument() async throws(APIError) -> FleetAnswer { FleetAnswer(revision: 0, text: "") }
    package func apply(fleet request: ApplyRequest, by requester: Requester) async throws(APIError) -> FleetApplyAnswer {
        FleetApplyAnswer(revision: 0, changed: [], notEnrolled: [], removed: [])
    }
}
