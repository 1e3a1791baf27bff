using System.CommandLine;
using OAuthServer.Bench.Commands;

var root = new RootCommand("Measures OAuthServer beside the physical floor and a peer.") { RunCommand.Create() };
return await root.Parse(args).InvokeAsync();
