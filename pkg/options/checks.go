package options

import (
	"io"
	"slices"
	"time"

	"github.com/spf13/pflag"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
)

// Checks are what the steps of a run are measured by, and how, and the commands that run
// for each of its pods.
type Checks struct {
	All          []check.Check
	Hooks        plan.Hooks
	SkipBaseline bool
	// Changed has these count for a run in progress, whatever it began with.
	Changed bool
	Prom    Prom
}

// CheckFlags are the flags of verbs whose steps are measured, and which run commands for
// each pod, as cobra fills them.
type CheckFlags struct {
	hooks  *HookFlags
	checks Checks
	given  check.Given
	files  []string
	preset string
	flags  *pflag.FlagSet // of the verb
}

// Prom says where Prometheus is and how it is asked.
type Prom struct {
	Address   string
	TokenFile string
	Scrape    time.Duration
}

// checkFlags are the names of those that take a value.
var checkFlags = []string{
	"check-exec", "check-http", "check-prom", "check-prom-min", "check-cmd", "checks", "prom", "prom-token-file", "on-unknown",
}

// AddCheckFlags adds the flags.
func AddCheckFlags(flags *pflag.FlagSet) *CheckFlags {
	f := &CheckFlags{flags: flags}
	f.given.Rule = check.Standard()
	flags.StringVarP(&f.given.Container, "container", "c", "",
		"The container for the commands that run in pods; the pod's default one if not given.")
	f.hooks = AddHookFlags(flags)
	flags.StringVar(&f.preset, "preset", "",
		"Run the commands and checks that this kind of database needs: "+quoted(presets())+" (see kubectl sts preset), or those of "+
			"a file (./ours.yaml).")
	TakesValues(flags, "preset", presets()...)
	rule := &f.given.Rule
	flags.StringArrayVar(&f.given.Exec, "check-exec", nil,
		"Measure each step by a shell command that is run in each of its pods: exit code 0 is good, 75 is not known, any other "+
			"is a failure. May be given several times, as the other checks.")
	flags.StringArrayVar(&f.given.HTTP, "check-http", nil,
		"Measure by a GET request to each pod of the step, as `[http[s]://]:PORT/PATH[ EXPECT]`, through the API server; EXPECT is "+
			"status codes (200-299) or \"jsonpath={.status}==green\". An address with a host is asked directly.")
	flags.StringArrayVar(&f.given.Prom, "check-prom", nil,
		"Measure by a query to Prometheus and a condition, as `'QUERY; CONDITION'`: the query may use $pods, $stable, $all, "+
			"$namespace, $name and $window, the condition value and stable.")
	flags.StringVar(&f.given.PromMin, "check-prom-min", "",
		"What there must be for --check-prom to mean anything, as a query that ends in >= NUMBER: below that it is not measured yet.")
	flags.StringArrayVar(
		&f.given.Cmd,
		"check-cmd",
		nil,
		"Measure by a shell command on this machine, with STS_NAME, STS_NAMESPACE, STS_STEP, STS_PODS and STS_STABLE_PODS in its environment.", //nolint:lll // one text
	)
	flags.StringArrayVar(&f.files, "checks", nil, "A file of checks, with names and rules of their own (- for standard input).")
	flags.DurationVar(&rule.Every, "check-every", rule.Every, "How often a step is measured while it soaks.")
	flags.IntVar(&rule.Pass, "check-pass", rule.Pass, "How many passes in a row make a check good. A soak goes on until all are.")
	flags.IntVar(&rule.Fail, "check-fail", rule.Fail, "How many failures of a check a step bears.")
	flags.IntVar(&rule.Unknown, "check-unknown", rule.Unknown, "After how many measurements in a row that tell nothing the run holds.")
	flags.DurationVar(&rule.Timeout, "check-timeout", rule.Timeout, "How long one measurement may take; then it tells nothing.")
	flags.StringVar((*string)(&rule.OnUnknown), "on-unknown", string(rule.OnUnknown),
		`What a check comes to that tells nothing for too long: "hold" ends the run with exit code 5, "fail" is a failure of the step.`)
	TakesValues(flags, "on-unknown", string(check.HoldOnUnknown), string(check.FailOnUnknown))
	flags.BoolVar(
		&f.checks.SkipBaseline,
		"skip-baseline",
		false,
		"Begin without measuring the checks on the stable pods first. A check that fails there, or can't be measured, is refused otherwise.", //nolint:lll // one text
	)
	flags.StringVar(&f.checks.Prom.Address, "prom", "",
		"Where Prometheus is: a URL, or svc/NAMESPACE/NAME:PORT through the API server. $PROMETHEUS_URL if not given.")
	flags.StringVar(
		&f.checks.Prom.TokenFile,
		"prom-token-file",
		"",
		"A file with the bearer token for Prometheus. $PROMETHEUS_TOKEN if not given.",
	)
	flags.DurationVar(&f.checks.Prom.Scrape, "prom-scrape", Scrape, "How often Prometheus scrapes: no window is shorter than twice that.")
	return f
}

// Scrape is how often Prometheus scrapes where nobody says.
const Scrape = 30 * time.Second

// Read reads the checks and rejects what can't be measured.
func (f *CheckFlags) Read(stdin io.Reader) (Checks, error) {
	out := f.checks
	if err := NotEmpty(f.flags, append([]string{"container", "preset"}, checkFlags...)...); err != nil {
		return out, err
	}
	if out.Prom.Scrape <= 0 {
		return out, Usage("--prom-scrape=%s: must be more than 0", out.Prom.Scrape)
	}
	given := f.given
	for _, name := range f.files {
		text, err := ReadFile(name, stdin)
		if err != nil {
			return out, Usage("--checks=%s: %w", name, err)
		}
		given.Files = append(given.Files, check.File{Name: name, Text: text})
	}
	var err error
	if out.All, err = given.Checks(); err != nil {
		return out, Usage("%w", err)
	}
	if out.Hooks, err = f.hooks.Read(given.Container); err != nil {
		return out, err
	}
	if f.preset != "" {
		if err := f.add(&out, stdin); err != nil {
			return out, err
		}
	}
	if given.Container != "" && !out.Exec() && !out.Hooks.Exec() {
		return out, Usage("--container is for commands that run in pods, and none is given")
	}
	return out, nil
}

// Exec reports whether a command is run in containers.
func (c Checks) Exec() bool {
	return slices.ContainsFunc(c.All, func(c check.Check) bool { return c.Kind == check.Exec })
}

// AddChecksChanged adds --checks-changed, for verbs that go on with what is in progress.
func (f *CheckFlags) AddChecksChanged() {
	f.flags.BoolVar(&f.checks.Changed, "checks-changed", false,
		"Go on with exactly the checks and commands that are given, whatever the run began with. Without it other ones are refused.")
}
