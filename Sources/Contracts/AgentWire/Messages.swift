/// JSON-RPC 2.0, one message a line. What a line is, is read first; its parameters or result in a second pass with
/// the type that the method demands.
package struct WireHeader: Decodable, Sendable {
    package var jsonrpc: String?
    /// Present in requests and in answers; a notification has none.
    package var id: Int?
    package var method: String?
    package var error: WireError?
}

package struct WireRequest<Parameters: Codable & Sendable>: Codable, Sendable {
    package var jsonrpc = "2.0"
    package var id: Int?
    package var method: String
    package var params: Parameters

    /// - Parameter id: nil makes it a notification.
    package init(id: Int?, method: String, params: Parameters) {
        self.id = id
        self.method = method
        self.params = params
    }
}

package struct WireAnswer<Result: Codable & Sendable>: Codable, Sendable {
    package var jsonrpc = "2.0"
    package var id: Int?
    package var result: Result

    package init(id: Int?, result: Result) {
        self.id = id
        self.result = result
    }
}

package struct WireFailure: Codable, Sendable {
    package var jsonrpc = "2.0"
    package var id: Int?
    package var error: WireError

    package init(id: Int?, error: WireError) {
        self.id = id
        self.error = error
    }
}

/// A refused request. Decide by `data.code`; the sentence is for people.
package struct WireError: Codable, Error, Sendable, Hashable, CustomStringConvertible {
    /// JSON-RPC's number: -32700 parse, -32600 invalid request, -32601 unknown method, -32602 invalid parameters,
    /// -32000 refused by the agent.
    package var code: Int
    package var message: String
    package var data: Detail?

    package struct Detail: Codable, Sendable, Hashable {
        /// One of `WireErrorCode`, or a newer one.
        package var code: String
        package var remedy: String?
    }

    package init(_ code: WireErrorCode, _ message: String, remedy: String? = nil) {
        self.code = code.number
        self.message = message
        self.data = Detail(code: code.rawValue, remedy: remedy)
    }

    package var description: String { message }
}

/// The stable codes of refused requests.
package enum WireErrorCode: String, Sendable, CaseIterable {
    case parse
    case invalidRequest = "invalid-request"
    case unknownMethod = "unknown-method"
    case invalidParameters = "invalid-parameters"
    /// `hello` has not been sent, or was sent twice.
    case helloFirst = "hello-first"
    case protocolMismatch = "protocol-mismatch"
    /// The session's key may not do this.
    case roleRefused = "role-refused"
    case controllerUnknown = "controller-unknown"
    case epochStale = "epoch-stale"
    case correctionUnknown = "correction-unknown"
    /// The correction does not wait for a verdict or a renewal.
    case correctionPhase = "correction-phase"
    case internalFault = "internal"

    package var number: Int {
        switch self {
        case .parse: -32700
        case .invalidRequest: -32600
        case .unknownMethod: -32601
        case .invalidParameters: -32602
        case .internalFault: -32603
        default: -32000
        }
    }
}

/// The stable codes with which an agent refuses or fails a correction (`CorrectionRecord.code`).
package enum CorrectionCode: String, Sendable, CaseIterable {
    case guestUnknown = "guest-unknown"
    /// The definition is not the one that the plan was made from.
    case definitionChanged = "definition-changed"
    case transient
    case paused
    case savedState = "saved-state"
    case owned
    case onPowerOff = "on-power-off"
    /// The hypervisor refused the new definition.
    case definitionRefused = "definition-refused"
    /// What the change asks for can't be done on this guest.
    case changeImpossible = "change-impossible"
    case shutdownDeadline = "shutdown-deadline"
    case startFailed = "start-failed"
    /// It started, and its live definition does not have the change.
    case checkFailed = "check-failed"
    case hypervisorUnreachable = "hypervisor-unreachable"
    case superseded
    case journal
}
