/**
 * The commands with their help, and how a command line becomes a call.
 *
 * Of the commands only the help is loaded until one of them runs.
 *
 * @module
 */

import {
  type Application,
  type ApplicationContext,
  ArgumentParseError,
  buildApplication,
  buildRouteMap,
  EnumValidationError,
  ExitCode,
  help,
  run,
  type StricliProcess,
  text_en,
  version,
} from "@stricli/core";
import { colorsFor } from "./colors.ts";
import { type AppOptions, buildCommands } from "./commands.ts";
import { EXIT_CODES } from "./exit_code.ts";
import type { OutputStream } from "./host.ts";
import { formatVersion } from "./version.ts";

/**
 * Runs a command line.
 *
 * @param args The arguments.
 * @param options How to run.
 * @returns The exit code.
 */
export async function runApp(args: readonly string[], options: AppOptions): Promise<number> {
  const { name, host: { stdout, stderr, noColor } } = options;
  const stream = (output: OutputStream) => ({
    write: (text: string) => output.write(text),
    getColorDepth: () => output.isTerminal && !noColor ? 4 : 1,
  });
  const process: StricliProcess = { stdout: stream(stdout), stderr: stream(stderr), exitCode: null };
  let prefix = name;
  await run(buildApp(options), args, {
    process,
    forCommand(info) {
      prefix = info.prefix.join(" ");
      return { process };
    },
  });
  const code = Number(process.exitCode);
  if (code === ExitCode.InvalidArgument || code === ExitCode.UnknownCommand) {
    stderr.write(`${colorsFor("auto", stderr, noColor).bold("hint:")} Run ${prefix} --help\n`);
    return EXIT_CODES.usage;
  }
  return code < 0 ? EXIT_CODES.failed : code;
}

function buildApp(options: AppOptions): Application<ApplicationContext> {
  const { name, script } = options;
  const file = script ? "" : " hello.ts";
  const formatting = {
    caseStyle: "convert-camel-to-kebab",
    onlyRequiredInUsageLine: true,
    useAliasInUsageLine: false,
  } as const;
  const root = buildRouteMap({
    routes: buildCommands(options),
    docs: {
      brief: "Declares Kubernetes objects in TypeScript, shows what would change, and applies it",
      fullDescription: [
        script
          ? `Manages the objects of the script "${script.name}" in a Kubernetes cluster.`
          : "Manages Kubernetes objects that are declared in TypeScript, YAML or JSON.",
        "",
        `  ${name} plan${file}      what would change? It only reads.`,
        `  ${name} apply${file}     make it so, and wait until it is ready`,
        `  ${name} delete${file}    remove it again`,
        "",
        `Each command has its own help: ${name} plan --help`,
      ].join("\n"),
    },
  });
  return buildApplication<ApplicationContext>(root, {
    name,
    scanner: { caseStyle: "allow-kebab-for-camel" },
    localization: {
      text: {
        ...text_en,
        exceptionWhileParsingArguments: (error) => `error: ${usageMistake(error)}`,
        noCommandRegisteredForInput: (mistake) => `error: ${text_en.noCommandRegisteredForInput(mistake)}`,
      },
    },
  }, {
    help: help({ brief: "Print this help", defaultForRouteMap: true, formatting }),
    version: version({
      brief: "Print the version",
      alias: false,
      info: { currentVersion: formatVersion("text").trimEnd() },
    }),
  });
}

function usageMistake(error: unknown): string {
  if (error instanceof ArgumentParseError && error.exception instanceof Error) {
    return `--${error.externalFlagNameOrPlaceholder}: ${error.exception.message}`;
  }
  if (error instanceof EnumValidationError) return `--${error.externalFlagName}: ${error.message}`;
  return error instanceof Error ? error.message : String(error);
}
