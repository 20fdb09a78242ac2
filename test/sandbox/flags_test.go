package main

import (
	"io"
	"reflect"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	up := command{name: "up", flags: "name version nodes"}
	tests := []struct {
		name, env string
		args      []string
		want      options
		err       string // part of the message; empty for none
	}{
		{name: "defaults", want: options{name: "sts", version: pinned, nodes: 6}},
		{name: "the environment sets the version", env: "1.34.4", want: options{name: "sts", version: "v1.34.4", nodes: 6}},
		{
			name: "a flag beats the environment", env: "1.34.4", args: []string{"--version", "v1.35.4"},
			want: options{name: "sts", version: "v1.35.4", nodes: 6},
		},
		{name: "all flags", args: []string{"--name", "b-2", "--nodes", "3"}, want: options{name: "b-2", version: pinned, nodes: 3}},
		{name: "a name that would leave the directory", args: []string{"--name", "../x"}, err: "--name"},
		{name: "an empty name", args: []string{"--name", ""}, err: "--name"},
		{name: "half a version", args: []string{"--version", "1.34"}, err: "--version"},
		{name: "no nodes", args: []string{"--nodes", "0"}, err: "--nodes"},
		{name: "an argument", args: []string{"sts"}, err: "no arguments"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("KUBE_VERSION", test.env)
			got, err := parse(up, test.args, io.Discard)
			switch {
			case test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)):
				t.Errorf("got error %v, want one with %q", err, test.err)
			case test.err == "" && err != nil:
				t.Error(err)
			case test.err == "" && !reflect.DeepEqual(got, test.want):
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

func TestACommandTakesItsOwnFlagsOnly(t *testing.T) {
	t.Setenv("KUBE_VERSION", "")
	if _, err := parse(command{name: "down", flags: "name"}, []string{"--nodes", "3"}, io.Discard); err == nil {
		t.Error("down took --nodes")
	}
}

func TestOnlyWhatCanBeFrozenIsTaken(t *testing.T) {
	t.Setenv("KUBE_VERSION", "")
	freeze := command{name: "freeze", flags: "name components"}
	got, err := parse(freeze, []string{"--name", "b", "kubelets", "controllers"}, io.Discard)
	if err != nil || !reflect.DeepEqual(got.args, []string{"kubelets", "controllers"}) {
		t.Errorf("got %q, %v", got.args, err)
	}
	for _, args := range [][]string{nil, {"etcd"}, {"controllers", "kube-apiserver"}} {
		if _, err := parse(freeze, args, io.Discard); err == nil || !strings.Contains(err.Error(), "controllers, kubelets, scheduler") {
			t.Errorf("%q: got error %v, want one that names what there is", args, err)
		}
	}
}
