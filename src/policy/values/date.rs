//! Dates: the W3C profiles of ISO 8601 (year, month, day, minutes, seconds, fractions, with a zone), and seconds since 1970.
//!
//! Source: IAM User Guide, condition operators, "Date condition operators": ISO 8601 by its W3C profile, or epoch (Unix) time.

/// Nanoseconds since 1970.
pub(super) fn parse(text: &str) -> Option<i128> {
    w3c(text).or_else(|| epoch(text))
}

const SECOND: i128 = 1_000_000_000;

/// `1350432000`, `1350432000.5`. Four digits are a year.
fn epoch(text: &str) -> Option<i128> {
    let (negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = rest.split_once('.').unwrap_or((rest, ""));
    let value = digits(whole)?.checked_mul(SECOND)?.checked_add(nanoseconds(fraction)?)?;
    Some(if negative { -value } else { value })
}

fn digits(text: &str) -> Option<i128> {
    (!text.is_empty() && text.len() <= 15 && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())?
}

fn nanoseconds(fraction: &str) -> Option<i128> {
    if fraction.is_empty() {
        return Some(0);
    }
    let nine: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    fraction.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits(&nine))?
}

fn w3c(text: &str) -> Option<i128> {
    let (date, time) = text.split_once('T').map_or((text, None), |(date, time)| (date, Some(time)));
    let mut parts = date.split('-');
    let number = |part: Option<&str>, length: usize| match part {
        None => Some(1),
        Some(part) if part.len() == length => digits(part),
        Some(_) => None,
    };
    let year = number(Some(parts.next()?), 4)?;
    let (month, day) = (parts.next(), parts.next());
    if parts.next().is_some() || (time.is_some() && day.is_none()) {
        return None;
    }
    let (month, day) = (number(month, 2)?, number(day, 2)?);
    if !(1..=12).contains(&month) || !(1..=days_of(year, month)).contains(&day) {
        return None;
    }
    let seconds = days(year, month, day) * 86_400 * SECOND;
    match time {
        None => Some(seconds),
        Some(time) => Some(seconds + clock(time)?),
    }
}

/// `hh:mm`, `hh:mm:ss`, `hh:mm:ss.s`, each with `Z`, `+hh:mm` or `-hh:mm`.
fn clock(text: &str) -> Option<i128> {
    let at = text.find(['Z', '+', '-'])?;
    let (time, zone) = text.split_at_checked(at)?;
    let two = |part: &str, most: i128| (part.len() == 2).then(|| digits(part))?.filter(|value| *value <= most);
    let mut parts = time.split(':');
    let (hours, minutes) = (two(parts.next()?, 23)?, two(parts.next()?, 59)?);
    let seconds = match parts.next() {
        None => 0,
        Some(part) => {
            let (whole, fraction) = part.split_once('.').unwrap_or((part, ""));
            two(whole, 60)? * SECOND + nanoseconds(fraction)?
        }
    };
    if parts.next().is_some() {
        return None;
    }
    let local = (hours * 3600 + minutes * 60) * SECOND + seconds;
    let offset = match zone {
        "Z" => 0,
        zone => {
            let (hours, minutes) = zone.get(1..)?.split_once(':')?;
            let offset = (two(hours, 23)? * 3600 + two(minutes, 59)? * 60) * SECOND;
            if zone.starts_with('-') { -offset } else { offset }
        }
    };
    Some(local - offset)
}

fn is_leap(year: i128) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

fn days_of(year: i128, month: i128) -> i128 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01.
fn days(year: i128, month: i128, day: i128) -> i128 {
    let before = year - 1;
    let years = before * 365 + before / 4 - before / 100 + before / 400;
    let months: i128 = (1..month).map(|month| days_of(year, month)).sum();
    // 719,162 days lie before 1970-01-01.
    years + months + day - 1 - 719_162
}

/// `2012-10-17T00:00:00Z`.
pub(super) fn write(seconds: i64) -> String {
    let (mut left, of_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    let mut year = 1970;
    let length = |year: i128| if is_leap(year) { 366 } else { 365 };
    while left < 0 {
        year -= 1;
        left += length(year);
    }
    while left >= length(year) {
        left -= length(year);
        year += 1;
    }
    let mut month: i128 = 1;
    while i128::from(left) >= days_of(year, month) {
        left -= i64::try_from(days_of(year, month)).unwrap_or(i64::MAX);
        month += 1;
    }
    let (hours, minutes, seconds) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{:02}T{hours:02}:{minutes:02}:{seconds:02}Z", left + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_documented_form_is_one_point_in_time() {
        for (a, b) in [
            ("2012-10-17T00:00:00Z", "1350432000"),
            ("2012-10-17", "2012-10-17T00:00Z"),
            ("2012-10", "2012-10-01T00:00:00Z"),
            ("2012", "2012-01-01T00:00:00Z"),
            ("2012-10-17T02:30:00+02:30", "2012-10-17T00:00:00Z"),
            ("2012-10-16T22:00:00.50-02:00", "1350432000.5"),
            ("1970-01-01T00:00:00Z", "0"),
            ("2000-02-29T12:00:00Z", "951825600"),
            ("1969-12-31T23:59:59Z", "-1"),
        ] {
            assert_eq!(parse(a), parse(b), "{a} {b}");
            assert!(parse(a).is_some(), "{a}");
        }
        assert!(parse("2012-10-17T00:00:00Z") < parse("2012-10-17T00:00:00.000000001Z"));
    }

    #[test]
    fn what_is_written_reads_back() {
        for seconds in [0, -1, 1_350_432_000, 951_825_600, 1_795_000_000, 4_102_444_799] {
            assert_eq!(parse(&write(seconds)), Some(i128::from(seconds) * SECOND), "{}", write(seconds));
        }
        assert_eq!(write(1_350_432_000), "2012-10-17T00:00:00Z");
    }

    #[test]
    fn what_is_no_date() {
        for text in [
            "",
            "not a date",
            "2012-13-01",
            "2011-02-29",
            "2012-10-17T00:00:00",
            "2012-10-17T24:00Z",
            "12-10-17",
            "2012-1",
            "2012-10-17-01",
            "2012-10T00:00Z",
            "1900-02-29",
            "2100-02-29",
            "1234567890123456",
            "+1",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
