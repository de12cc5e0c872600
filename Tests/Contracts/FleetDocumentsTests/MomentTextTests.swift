import FleetDocuments
import FoundationEssentials
import NestingModel
import Testing

@Suite("Points in time as people write them")
struct MomentTextTests {
    @Test(
        "are told with a zone's name or an offset",
        arguments: [
            ("2027-01-31T17:00Z", 1_801_414_800), ("2027-01-31T18:00:00+01:00", 1_801_414_800),
            ("2027-01-31T18:00 Europe/Berlin", 1_801_414_800), ("2027-01-31T09:00:00-08:00", 1_801_414_800),
            ("2027-01-31T22:30 Asia/Kolkata", 1_801_414_800), ("2027-01-31T17:00 UTC", 1_801_414_800),
            ("2027-01-31T17:00 Etc/UTC", 1_801_414_800),
            // Summer time, and a leap day.
            ("2027-07-01T02:00 Europe/Berlin", 1_814_400_000), ("2028-02-29T00:00Z", 1_835_395_200),
            // An hour that a zone has twice is the earlier one.
            ("2027-10-31T02:30 Europe/Berlin", 1_824_942_600),
        ])
    func read(text: String, seconds: Int) {
        let moment = MomentText.parse(text)
        #expect(moment?.date.timeIntervalSince1970 == Double(seconds))
        #expect(moment?.text == text)
    }

    @Test(
        "are none without a zone, at a time that does not exist, and in another form",
        arguments: [
            "2027-01-31T18:00", "2027-01-31", "2027-02-29T00:00Z", "2027-01-31T24:00Z", "2027-01-31T23:60Z",
            "2027-01-31T18:00 Mars/Olympus", "2027-01-31T18:00 CET", "2027-01-31T18:00 Etc/GMT+5",
            "2027-01-31T18:00 GMT", "2027-01-31T18:00+01:00 Europe/Berlin",
            "2027-01-31T18:00+1:00", "2027-01-31T18:00+01:60", "2027-01-31T18:00+15:00", "2027-01-31 18:00 UTC",
            "27-01-31T18:00Z", "2027-1-31T18:00Z", "2027-01-31T18:00z", "", "now", "2027-01-31T18:00  UTC",
            // The hour that Berlin's clocks skip.
            "2027-03-28T02:30 Europe/Berlin",
        ])
    func refused(text: String) {
        #expect(MomentText.parse(text) == nil)
    }

    @Test(
        "say why they are none",
        arguments: [
            ("2027-01-31", "is no time with a date"), ("2027-01-31 18:00 UTC", "is no time with a date"),
            ("2027-01-31T18:00", "has no zone"), ("2027-01-31T18:00z", "has the offset \"z\", which is none"),
            ("2027-01-31T18:00+25:00", "has the offset \"+25:00\""),
            ("2027-01-31T18:00+01:00 Europe/Berlin", "has an offset and a zone's name"),
            ("2027-01-31T18:00 +01:00", "has its offset behind a space"),
            ("2027-01-31T18:00 CET", "has the zone \"CET\", which is no place of the time zone database"),
            ("2027-01-31T18:00 Mars/Olympus", "has the zone \"Mars/Olympus\", which does not exist"),
            ("2027-01-31T18:00 Europe/Brelin", "did you mean Europe/Berlin?"),
            ("2027-02-29T00:00Z", "is a day or time that no calendar has"),
            ("2027-02-29T00:00 Asia/Tokyo", "is a day or time that no calendar has"),
            ("2027-03-28T02:30 Europe/Berlin", "is a time that Europe/Berlin skips"),
            // Samoa went from December 29 to 31.
            ("2011-12-30T12:00 Pacific/Apia", "is a time that Pacific/Apia skips"),
        ])
    func reasons(text: String, reason: String) {
        #expect { try MomentText.read(text) } throws: { ($0 as? MomentFault)?.reason.contains(reason) == true }
    }
}
