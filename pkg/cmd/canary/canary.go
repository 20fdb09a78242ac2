// Package canary is the verb that takes a change through a StatefulSet step
// by step.
package canary

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/options"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/intent"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/templates"
)

// Request is what the flags say.
type Request struct {
	Run       options.RunFlags
	Drive     options.DriveFlags
	Checks    options.Checks
	Namespace string // of the manifest, empty when the flags decide
	Name      string
	Images    []podtemplate.Image
	Patch     []byte
	Manifest  *podtemplate.Manifest
	Steps     operation.Steps
	Soak      time.Duration
	Given     intent.Given
	Hold      bool
	OnFailure options.OnFailure
	Force     bool
	Retry     bool
	TakeOver  bool
	Replace   bool
	// FailIfUnchanged refuses a template that every pod runs already.
	FailIfUnchanged bool
	// Change are the flags that bring the change, for a command to be copied.
	Change []string
	Cause  string // the command line, for kubernetes.io/change-cause
}

// changes reports whether the request brings a change of its own.
func (r Request) changes() bool { return len(r.Images) > 0 || r.Patch != nil || r.Manifest != nil }

// flags are the flags as cobra fills them.
type flags struct {
	run       options.RunFlags
	drive     options.DriveFlags
	checks    *options.CheckFlags
	images    []string
	patchFile string
	manifest  string
	steps     string
	soak      time.Duration
	hold      bool
	onFailure options.OnFailure
	force     bool
	retry     bool
	takeOver  bool
	replace   bool
	unchanged bool // is an error
}

var (
	long = templates.LongDesc(`
		Take a change of the pod template through a StatefulSet step by step.

		The template is set together with a closed gate (the partition), so that no pod is replaced yet.
		Then each step opens the gate a little, waits until its pods carry the new revision and are Available,
		and lets them soak: a restart, or a pod that stops being Available, fails the step. Between two steps
		you are asked; with --yes it goes on by itself, and without a terminal it holds after the first step.

		Checks (--check-exec, --check-http, --check-prom, --check-cmd, --checks) ask more of a step than Available. They
		are measured on the stable pods before anything is changed, and on the step's pods while these soak: the soak
		goes on until all are good, a check that fails fails the step, and one that can't be measured holds it.

		Commands can run for each pod: before it goes (--before-exec, --before-cmd) and once it is back (--after-exec,
		--after-cmd), in the pod's container or on this machine. With them the gate opens pod by pod, and whoever
		goes on gives them again.

		When a step fails, the gate stays where it is and no other pod is touched. "kubectl sts abort" takes the
		pods back. That it failed is kept on the set, and nothing goes on with it but --retry, which measures the
		same step once more. A canary that was killed or held goes on with "kubectl sts canary NAME", without a
		change, from any machine.`)

	example = templates.Examples(`
		# Try an image on one pod, then half of them, then all
		kubectl sts canary web --image nginx=nginx:1.22 --steps 1,50%,100% --soak 2m

		# See what would happen
		kubectl sts canary web --image nginx=nginx:1.22 --dry-run=server

		# Any change of the pod template, as a patch of it
		kubectl sts canary web --patch-file template-patch.yaml

		# Another image in the place of one that is no good, on the same pods
		kubectl sts canary web --image nginx=nginx:1.23 --replace

		# The template of a manifest
		kubectl sts canary -f web.yaml

		# Go on with a canary, or take up a change that already waits behind a partition
		kubectl sts canary web

		# Only as long as each new pod has caught up
		kubectl sts canary db --image db=mariadb:11.8.3 --check-exec ./caught-up.sh

		# A MariaDB: members go while others are in sync, and the primary steps down before its turn
		kubectl sts canary db --image db=mariadb:11.8.3 --preset mariadb

		# In a pipeline: all steps, and back to the stable revision when one fails
		kubectl sts canary web --image nginx=nginx:1.22 --yes --on-failure=rollback --timeout 30m`)
)

// New is the verb. run is what it does with the request; tests pass their own.
func New(env *app.Env, run func(context.Context, *app.Env, Request) error) *cobra.Command {
	f := &flags{}
	cmd := &cobra.Command{
		Use:                   "canary (NAME | -f FILENAME) [--image CONTAINER=IMAGE | --patch-file FILENAME]",
		DisableFlagsInUseLine: true,
		Annotations:           options.OneSet.Annotations(),
		Short:                 "Take a change through a StatefulSet step by step",
		Long:                  long,
		Example:               example,
		Args:                  options.Args,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := options.NotEmpty(cmd.Flags(), "image", "patch-file", "filename", "order", "last"); err != nil {
				return err
			}
			request, err := f.request(args, env.Streams.In)
			if err != nil {
				return err
			}
			request.Given = intent.Given{Steps: cmd.Flags().Changed("steps"), Soak: cmd.Flags().Changed("soak")}
			return run(cmd.Context(), env, request)
		},
	}
	fs := cmd.Flags()
	fs.StringArrayVar(&f.images, "image", nil,
		"The new image of a container, as CONTAINER=IMAGE; * stands for every container. May be given several "+
			"times.")
	fs.StringVar(&f.patchFile, "patch-file", "", "A file with a strategic merge patch of the pod template (- for standard input).")
	fs.StringVarP(&f.manifest, "filename", "f", "",
		"A manifest with one StatefulSet, whose pod template is rolled out (- for standard input).")
	fs.StringVar(&f.steps, "steps", operation.DefaultSteps().String(),
		"How many pods are updated, step by step: counts or percentages of the replicas, going up. 100% is added "+
			"when it is missing.")
	fs.DurationVar(&f.soak, "soak", operation.DefaultSoak, "How long a step's pods must stay Available without a restart.")
	fs.BoolVar(&f.hold, "hold", false, "End after the first step, with exit code 0, and leave the rest to \"kubectl sts promote\".")
	options.AddOnFailure(fs, &f.onFailure)
	fs.BoolVar(&f.force, "force", false,
		"Go ahead with an unfinished rollout or unhealthy pods; a pod that keeps the controller from going on is "+
			"then deleted.")
	fs.BoolVar(&f.replace, "replace", false,
		"Put the change in the place of the one that the canary in progress tries: behind the same gate, on the same pods, with the "+
			"same revision to go back to. A pod that is broken is deleted if it is in the way.")
	fs.BoolVar(&f.unchanged, "fail-if-unchanged", false,
		"End with exit code 3, not 0, when every pod runs this template already.")
	options.AddRetry(fs, &f.retry)
	options.AddTakeOver(fs, &f.takeOver)
	options.AddDriveFlags(fs, &f.drive)
	f.checks = options.AddCheckFlags(fs)
	f.checks.AddChecksChanged()
	options.AddIgnoreOwner(fs, &f.run)
	options.AddGiveTo(fs, &f.run)
	options.AddRunFlags(fs, &f.run, "Go on from step to step without asking.")
	options.AddPreflight(fs, &f.run.Preflight)
	return cmd
}

// request turns flags into a request and rejects bad input. It reads files
// but nothing from the network.
func (f *flags) request(args []string, stdin io.Reader) (Request, error) {
	if err := f.drive.Check(); err != nil {
		return Request{}, err
	}
	checks, err := f.checks.Read(stdin)
	if err != nil {
		return Request{}, err
	}
	r := Request{
		Run: f.run, Drive: f.drive, Checks: checks, Soak: f.soak, Hold: f.hold, OnFailure: f.onFailure,
		Force: f.force, Retry: f.retry, TakeOver: f.takeOver,
		Replace: f.replace, FailIfUnchanged: f.unchanged,
	}
	if err := f.run.Check(); err != nil {
		return r, err
	}
	if err := f.checkPace(); err != nil {
		return r, err
	}
	if r.Steps, err = operation.ParseSteps(f.steps); err != nil {
		return r, options.Usage("--steps=%s: %w", f.steps, err)
	}
	if err := f.readChange(&r, stdin); err != nil {
		return r, err
	}
	if r.Manifest == nil {
		r.Name, err = options.SetName(args)
	} else if len(args) > 0 {
		return r, options.Usage("give a name or -f, not both: the manifest names %s", r.Manifest.Name)
	}
	if err == nil && f.replace && !r.changes() {
		err = options.Usage("--replace needs the change: give --image, --patch-file or -f")
	}
	r.Cause, r.Change = f.cause(r.Name), f.change()
	return r, err
}

// change are the flags that bring the change.
func (f *flags) change() []string {
	var words []string
	for _, image := range f.images {
		words = append(words, "--image", image)
	}
	if f.patchFile != "" {
		words = append(words, "--patch-file", f.patchFile)
	}
	if f.manifest != "" {
		words = append(words, "-f", f.manifest)
	}
	return words
}

func (f *flags) checkPace() error {
	switch {
	case f.soak < 0:
		return options.Usage("--soak=%s: must not be negative", f.soak)
	case f.hold && f.run.Yes:
		return options.Usage("--hold and --yes contradict each other: hold after the first step, or go on by itself?")
	}
	return f.onFailure.Check()
}

func (f *flags) readChange(r *Request, stdin io.Reader) error {
	given := 0
	for _, is := range []bool{len(f.images) > 0, f.patchFile != "", f.manifest != ""} {
		if is {
			given++
		}
	}
	if given > 1 {
		return options.Usage("give one of --image, --patch-file and -f: each is the whole change")
	}
	var err error
	switch {
	case len(f.images) > 0:
		// Not a StringSlice, which takes no notice of an empty one among others: half a change would be rolled out.
		f.images = strings.Split(strings.Join(f.images, ","), ",")
		if r.Images, err = podtemplate.ParseImages(f.images); err != nil {
			return options.Usage("--image: %w", err)
		}
	case f.patchFile != "":
		text, err := options.ReadFile(f.patchFile, stdin)
		if err != nil {
			return options.Usage("--patch-file: %w", err)
		}
		if r.Patch, err = podtemplate.ParsePatch(text); err != nil {
			return options.Usage("--patch-file %s: %w", f.patchFile, err)
		}
	case f.manifest != "":
		text, err := options.ReadFile(f.manifest, stdin)
		if err != nil {
			return options.Usage("-f: %w", err)
		}
		if r.Manifest, err = podtemplate.ParseManifest(text); err != nil {
			return options.Usage("-f %s: %w", f.manifest, err)
		}
		r.Name, r.Namespace = r.Manifest.Name, r.Manifest.Namespace
	}
	return nil
}

// cause is the command line that made the change, without what only says how
// it was rolled out.
func (f *flags) cause(name string) string {
	cause := "kubectl sts canary"
	if f.manifest != "" {
		return cause + " -f " + f.manifest
	}
	cause += " " + name
	for _, image := range f.images {
		cause += " --image " + image
	}
	if f.patchFile != "" {
		cause += " --patch-file " + f.patchFile
	}
	return cause
}
