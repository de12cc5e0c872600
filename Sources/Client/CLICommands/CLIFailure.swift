import ControllerAPI

/// Why a command ends without doing what was asked, and with which exit code.
struct CLIFailure: Error, Sendable {
    var exitCode: Int32
    var sentence: String
    var remedy: String = ""
    var faults: [DocumentFault] = []
    /// As the controller told it; printed with `--output json`.
    var api: APIError?

    init(_ exitCode: Int32 = ExitCode.failed, _ sentence: String, remedy: String = "") {
        self.exitCode = exitCode
        self.sentence = sentence
        self.remedy = remedy
    }

    /// The same shape for `--output json`, whoever found the fault.
    var asAPIError: APIError {
        if let api { return api }
        let code =
            switch exitCode {
            case ExitCode.unreachable: "controller-unreachable"
            case ExitCode.refused: "refused"
            case ExitCode.usage: "usage"
            default: "failed"
            }
        return APIError(code: code, sentence: sentence, remedy: remedy, faults: faults)
    }

    /// - Parameter status: of the HTTP answer.
    init(_ error: APIError, status: Int) {
        exitCode = [403, 409, 422].contains(status) ? ExitCode.refused : ExitCode.failed
        sentence = error.sentence
        remedy = error.remedy
        faults = error.faults
        api = error
    }
}
