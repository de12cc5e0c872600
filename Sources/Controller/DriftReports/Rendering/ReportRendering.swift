package import ControllerAPI
import HumanText

/// Writes a run in one of its formats, piece by piece, so that nobody holds a long report twice.
package enum ReportRendering {
    /// - Parameter emit: takes the pieces in order.
    package static func write(_ run: ReportRun, as format: ReportFormat, _ emit: (String) -> Void) {
        switch format {
        case .text, .unknown: TextRendering(run: run).write(emit)
        case .json: JSONRendering(run: run).write(emit)
        case .csv: CSVRendering(run: run).write(emit)
        case .html: HTMLRendering(run: run).write(emit)
        }
    }

    package static func bytes(_ run: ReportRun, as format: ReportFormat) -> [UInt8] {
        var bytes: [UInt8] = []
        write(run, as: format) { bytes += $0.utf8 }
        return bytes
    }
}

extension String {
    /// Fit for a reader: whatever a host or a file put into it can neither act nor hide nor run on for pages.
    var shown: String { ShownText.escaped(self, limit: 400) }
}
