package import ControllerAPI
import FleetStore

extension FleetController {
    /// Records which settings are others than at the last start: they decide who may change what, and are changed where
    /// the controller does not see it.
    /// - Parameter settings: as they are shown, without secrets.
    package func note(settings: [String: String]) async throws(APIError) {
        let before = try await read { (work) throws(StoreFailure) in
            try work.value(.settings, as: [String: String].self)
        }
        guard before != settings else { return }
        guard let before else {
            return try await record { (work) throws(StoreFailure) in try work.put(settings, as: .settings) }
        }
        let detail = DocumentChanges.joined(DocumentChanges.sentences(from: before, to: settings))
        try await change(.controller, "settings.change", "nestord", detail: detail) { (work) throws(StoreFailure) in
            try work.put(settings, as: .settings)
        }
    }
}
