using System.Buffers;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Endoscope.Cli;

/// <summary>Reads option values of forms the command-line library does not know, and says what is wrong with the others.</summary>
internal static class OptionParsers
{
    // Long enough for any use, short enough for every timer.
    private static readonly TimeSpan LongestDuration = TimeSpan.FromDays(7);

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    /// <summary>A time such as <c>90s</c>, <c>1.5m</c>, <c>2h</c> or <c>500ms</c>; a bare number is in seconds.</summary>
    public static TimeSpan Duration(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (TryDuration(text) is { } duration)
        {
            return duration;
        }

        result.AddError($"'{text}' is not a time: write 90s, 1.5m, 2h or 500ms, up to 7 days");
        return default;
    }

    /// <summary>A time as kubectl takes it for a request: whole seconds, or numbers with units such as <c>1m30s</c>; 0 for no limit of the user's.</summary>
    public static TimeSpan RequestTimeout(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        var total = TimeSpan.Zero;
        var rest = text.AsSpan();
        while (rest.Length > 0 && total <= LongestDuration)
        {
            var digits = rest.IndexOfAnyExcept(NumberCharacters) is var end and >= 0 ? end : rest.Length;
            var unit = rest[digits..].IndexOfAny(NumberCharacters) is var next and >= 0 ? next : rest.Length - digits;
            if (digits == 0 || (unit == 0 && digits < text.Length) || TryTime(rest[..(digits + unit)].ToString()) is not { } part)
            {
                break;
            }

            total += part;
            rest = rest[(digits + unit)..];
        }

        if (text.Length > 0 && rest.Length == 0 && total <= LongestDuration)
        {
            return total;
        }

        result.AddError($"'{text}' is not a time: write 30s, 2m or 1m30s, up to 7 days");
        return default;

        static TimeSpan? TryTime(string part) => part.TrimStart('0') is "" or "s" or "m" or "h" or "ms" ? TimeSpan.Zero : TryDuration(part);
    }

    /// <summary>A whole number within bounds.</summary>
    public static Func<ArgumentResult, int> Whole(int least, int most) => result =>
    {
        var text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        result.AddError($"'{text}' is not a whole number from {least} to {most}");
        return default;
    };

    /// <summary>Seconds, with a fraction if need be, within bounds.</summary>
    public static Func<ArgumentResult, TimeSpan> Seconds(TimeSpan least, TimeSpan most) => result =>
    {
        var text = result.Tokens[0].Value;
        if (TryDuration(text) is { } time && time >= least && time <= most)
        {
            return time;
        }

        result.AddError(string.Create(CultureInfo.InvariantCulture, $"'{text}' is not a number of seconds from {least.TotalSeconds} to {most.TotalSeconds}"));
        return default;
    };

    /// <summary>An amount of bytes such as <c>1500</c>, <c>64K</c>, <c>100M</c> or <c>2G</c>; units are powers of 1024.</summary>
    public static long Size(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (TrySize(text) is { } size)
        {
            return size;
        }

        result.AddError($"'{text}' is not a size: write bytes, or 64K, 100M, 2G");
        return default;
    }

    /// <summary>The size that a text such as <c>100M</c> says, or null.</summary>
    public static long? TrySize(string text)
    {
        var digits = text.TrimEnd('K', 'M', 'G', 'k', 'm', 'g');
        var shift = text[digits.Length..].ToUpperInvariant() switch
        {
            "" => 0,
            "K" => 10,
            "M" => 20,
            "G" => 30,
            _ => -1,
        };
        return shift >= 0 && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number > 0 && number <= long.MaxValue >> 31
            ? number << shift
            : null;
    }

    /// <summary>The time that a text such as <c>90s</c> says, or null.</summary>
    public static TimeSpan? TryDuration(string text)
    {
        var digits = text.TrimEnd('d', 'h', 'm', 's');
        double? unit = text[digits.Length..] switch
        {
            "ms" => 0.001,
            "" or "s" => 1,
            "m" => 60,
            "h" => 3600,
            "d" => 86400,
            _ => null,
        };
        return unit is not null
            && double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number * unit.Value > 0 && number * unit.Value <= LongestDuration.TotalSeconds
            ? TimeSpan.FromSeconds(number * unit.Value)
            : null;
    }
}
