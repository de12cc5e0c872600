/// A day of the Gregorian calendar, counted from 1970-01-01. Pure arithmetic, so that a search over years is cheap.
struct CivilDay: Hashable, Sendable {
    let number: Int

    init(number: Int) { self.number = number }

    /// Days from a civil date, as Howard Hinnant derives it: years begin in March, so that the leap day is the last.
    init(year: Int, month: Int, day: Int) {
        let shifted = month <= 2 ? year - 1 : year
        let era = Self.floorDivide(shifted, 400)
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        number = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    var date: (year: Int, month: Int, day: Int) {
        let shifted = number + 719_468
        let era = Self.floorDivide(shifted, Self.cycle)
        let dayOfEra = shifted - era * Self.cycle
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    /// 0 is Sunday.
    var weekday: Int { (number % 7 + 11) % 7 }

    /// The days after which dates and weekdays repeat: 400 years.
    static let cycle = 146_097

    static func floorDivide(_ value: Int, _ divisor: Int) -> Int {
        value >= 0 ? value / divisor : -((-value + divisor - 1) / divisor)
    }
}
