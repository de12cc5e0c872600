import Foundation
import NestorTestKit

/// The commands that the README's section on policies, reports and remediation walks through.
struct ReadmeTour {
    /// For `sh -e`: a line that says `# exit code N` ends with N, every other with 0.
    let script: String

    init() throws {
        let readme = try String(
            contentsOf: URL(fileURLWithPath: #filePath).appending(path: "../../../../README.md").standardized,
            encoding: .utf8)
        guard let section = readme.range(of: "\n## Policies, reports, remediation\n"),
            let start = readme[section.upperBound...].range(of: "\n```sh\n"),
            let end = readme[start.upperBound...].range(of: "\n```\n")
        else { throw TestToolFailure(sentence: "the README has no tour") }
        script = String(readme[start.upperBound..<end.lowerBound])
            .replacing(/(nestor .*?) +# exit code (\d+).*/) { "\($0.1) || [ $? -eq \($0.2) ]" }
    }
}
