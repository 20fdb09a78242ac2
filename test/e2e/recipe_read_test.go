package e2e

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"sigs.k8s.io/yaml"
)

// recipesDir is where the recipes are.
var recipesDir = filepath.Join("..", "..", "docs", "recipes")

// job is what a pipeline runs: the shell as it stands in a recipe, and the
// environment that the recipe declares.
type job struct {
	shell []string // that the pipeline's machinery would start
	steps []string // a shell each
	env   map[string]string
}

// readJob finds a job by its name in a file of docs/recipes.
func readJob(file, name string) (job, error) {
	text, err := os.ReadFile(filepath.Join(recipesDir, file))
	if err != nil {
		return job{}, err
	}
	if file == "Jenkinsfile" {
		return jenkinsJob(string(text), name)
	}
	for document := range bytes.SplitSeq(text, []byte("\n---\n")) {
		var object map[string]any
		if err := yaml.Unmarshal(document, &object); err != nil {
			return job{}, fmt.Errorf("%s: %w", file, err)
		}
		if j, ok := jobIn(object, name); ok {
			return j, nil
		}
	}
	return job{}, fmt.Errorf("%s has no job %s", file, name)
}

// jobIn finds a job in one YAML document of any pipeline.
func jobIn(o map[string]any, name string) (job, bool) {
	kind := text(o, "kind")
	switch {
	case kind == "" && dig(o, "jobs") != nil:
		return githubJob(o, name)
	case kind == "":
		return gitlabJob(o, name)
	case kind == "Task" && text(o, "metadata", "name") == name:
		step := first(o, "spec", "steps")
		return job{shell: []string{"sh"}, steps: []string{text(step, "script")}, env: listedEnv(step)}, true
	case kind == "CronJob" && text(o, "metadata", "name") == name:
		container := first(o, "spec", "jobTemplate", "spec", "template", "spec", "containers")
		args, _ := dig(container, "args").([]any)
		return job{shell: []string{"sh"}, steps: []string{fmt.Sprint(args...)}, env: listedEnv(container)}, true
	}
	templates, _ := cmpAny(dig(o, "spec", "templates"), dig(o, "spec", "workflowSpec", "templates")).([]any)
	for _, t := range templates {
		if t, ok := t.(map[string]any); ok && text(t, "name") == name {
			script, _ := dig(t, "script").(map[string]any)
			return job{shell: []string{"sh"}, steps: []string{text(script, "source")}, env: listedEnv(script)}, true
		}
	}
	return job{}, false
}

func githubJob(o map[string]any, name string) (job, bool) {
	j := job{shell: []string{"bash", "-e"}, env: mappedEnv(o, "env")}
	steps, ok := dig(o, "jobs", name, "steps").([]any)
	for _, s := range steps {
		if step, ok := s.(map[string]any); ok {
			j.steps = append(j.steps, text(step, "run"))
			maps.Copy(j.env, mappedEnv(step, "env"))
		}
	}
	return j, ok
}

// gitlabJob is one script, as GitLab makes it of the lines.
func gitlabJob(o map[string]any, name string) (job, bool) {
	var lines []string
	before, _ := dig(o, "default", "before_script").([]any)
	script, ok := dig(o, name, "script").([]any)
	for _, line := range append(before, script...) {
		lines = append(lines, fmt.Sprint(line))
	}
	return job{shell: []string{"sh", "-e"}, steps: []string{strings.Join(lines, "\n")}, env: mappedEnv(o, "variables")}, ok
}

var (
	jenkinsShell = regexp.MustCompile(`(?s)sh '''(.*?)'''`)
	jenkinsEnv   = regexp.MustCompile(`(?m)^\s+([A-Z_0-9]+) = '([^']*)'$`)
	jenkinsParam = regexp.MustCompile(`string\(name: '([A-Z_]+)'`)
)

// jenkinsJob is the shell of stages, or of a condition below post, with a plus
// between them: a Jenkinsfile is one job.
func jenkinsJob(file, names string) (job, error) {
	j := job{shell: []string{"sh"}, env: map[string]string{}}
	for name := range strings.SplitSeq(names, "+") {
		_, stage, ok := strings.Cut(file, "stage('"+name+"')")
		if !ok {
			_, stage, ok = strings.Cut(file, name+" {\n")
		}
		found := jenkinsShell.FindStringSubmatch(stage)
		if !ok || found == nil || strings.Contains(found[1], `\`) { // which Groovy would read first
			return job{}, fmt.Errorf("the Jenkinsfile has no plain shell for %s", name)
		}
		j.steps = append(j.steps, found[1])
	}
	for _, variable := range jenkinsEnv.FindAllStringSubmatch(file, -1) {
		j.env[variable[1]] = variable[2]
	}
	for _, parameter := range jenkinsParam.FindAllStringSubmatch(file, -1) {
		j.env[parameter[1]] = ""
	}
	return j, nil
}

// dig follows names into maps; nil when it does not get there.
func dig(value any, names ...string) any {
	for _, name := range names {
		object, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		value = object[name]
	}
	return value
}

func cmpAny(a, b any) any {
	if a != nil {
		return a
	}
	return b
}

func text(value any, names ...string) string {
	out, _ := dig(value, names...).(string)
	return out
}

func first(value any, names ...string) map[string]any {
	list, _ := dig(value, names...).([]any)
	if len(list) == 0 {
		return nil
	}
	out, _ := list[0].(map[string]any)
	return out
}

func mappedEnv(value any, name string) map[string]string {
	out := map[string]string{}
	variables, _ := dig(value, name).(map[string]any)
	for key, value := range variables {
		out[key] = fmt.Sprint(value)
	}
	return out
}

func listedEnv(value any) map[string]string {
	out := map[string]string{}
	variables, _ := dig(value, "env").([]any)
	for _, variable := range variables {
		out[text(variable, "name")] = text(variable, "value")
	}
	return out
}
