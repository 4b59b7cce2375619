using System.Globalization;
using Endoscope.Bench;

return args switch
{
    ["make-captures", var folder, var captures, var packets] => await Captures.MakeAsync(folder, Number(captures), Number(packets)),
    ["merge", var folder] => await Captures.MergeAsync(folder),
    ["relay", var host, var port] => await Relay.RunAsync(host, Number(port)),
    _ => throw new ArgumentException("make-captures FOLDER CAPTURES PACKETS | merge FOLDER | relay HOST PORT"),
};

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
