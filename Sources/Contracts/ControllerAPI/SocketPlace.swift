/// Where the controller's socket is, by rule: daemon and command line must agree without being told.
package enum SocketPlace {
    /// An installed controller's.
    package static let system = "/run/nestor/nestord.sock"

    /// An ordinary user's: in the runtime folder of the session or, where there is none, in the state folder.
    package static func ofUser(_ environment: [String: String]) -> String {
        if let runtime = environment["XDG_RUNTIME_DIR"], !runtime.isEmpty { return "\(runtime)/nestor/nestord.sock" }
        return "\(stateDirectory(environment))/nestord.sock"
    }

    /// An ordinary user's state folder.
    package static func stateDirectory(_ environment: [String: String]) -> String {
        if let state = environment["XDG_STATE_HOME"], !state.isEmpty { return "\(state)/nestor" }
        return "\(environment["HOME"] ?? "")/.local/state/nestor"
    }
}
