package import ControllerAPI
import HumanText

/// Writes a run in one of its formats. JSON and CSV hold every finding, one a piece; text and page are bounded.
package enum ReportRendering {
    package static func pieces(_ run: ReportRun, as format: ReportFormat) -> ReportPieces {
        switch format {
        case .text, .unknown: ReportPieces(TextRendering(run: run).write)
        case .json: JSONRendering(run: run).pieces
        case .csv: CSVRendering(run: run).pieces
        case .html: ReportPieces(HTMLRendering(run: run).write)
        }
    }

    /// - Parameter emit: takes the pieces in order.
    package static func write(_ run: ReportRun, as format: ReportFormat, _ emit: (String) -> Void) {
        for piece in pieces(run, as: format) { emit(piece) }
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
