package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
)

// nats speaks the little of NATS's protocol that the writer needs. Every member takes
// messages, and acknowledges what most members of the stream have.
type nats struct {
	conn  net.Conn
	in    *bufio.Reader
	inbox string // answers come to subjects below it
	asked int
}

// natsStream is the stream that has a message for each value: its subject is the value.
const natsStream = "proof"

func connectNATS(ctx context.Context, address string) (member, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", net.JoinHostPort(address, "4222"))
	if err != nil {
		return nil, err
	}
	n := &nats{conn: conn, in: bufio.NewReader(conn), inbox: "_INBOX." + rand.Text()}
	if err := n.hello(ctx); err != nil {
		n.close()
		return nil, err
	}
	return n, nil
}

// hello has a member tell as well where nobody takes a message.
func (n *nats) hello(ctx context.Context) error {
	const connect = "CONNECT {\"verbose\":false,\"headers\":true,\"no_responders\":true}\r\n"
	if err := n.send(ctx, connect+"SUB "+n.inbox+".* 1\r\nPING\r\n"); err != nil {
		return err
	}
	for {
		line, err := n.line()
		if err != nil || line == "PONG" {
			return err
		}
	}
}

func (n *nats) close() { _ = n.conn.Close() }

func (n *nats) primary(context.Context) (bool, error) { return true, nil }

func (n *nats) prepare(ctx context.Context) error {
	return n.api(ctx, "STREAM.CREATE", map[string]any{
		"name": natsStream, "subjects": []string{natsStream + ".*"}, "storage": "file", "num_replicas": 3,
	}, &struct{}{})
}

func (n *nats) write(ctx context.Context, value int64) error {
	var ack struct{ Seq uint64 }
	err := n.ask(ctx, natsStream+"."+strconv.FormatInt(value, 10), nil, &ack)
	if err == nil && ack.Seq == 0 {
		err = errors.New("the acknowledgement has no number")
	}
	return err
}

// values are what the stream's leader has: the subjects of its messages.
func (n *nats) values(ctx context.Context) (map[int64]bool, error) {
	values := make(map[int64]bool)
	for {
		var info struct {
			Total int
			State struct{ Subjects map[string]int }
		}
		ask := map[string]any{"subjects_filter": natsStream + ".*", "offset": len(values)}
		if err := n.api(ctx, "STREAM.INFO", ask, &info); err != nil {
			return nil, err
		}
		for subject := range info.State.Subjects {
			value, err := strconv.ParseInt(strings.TrimPrefix(subject, natsStream+"."), 10, 64)
			if err != nil {
				return nil, err
			}
			values[value] = true
		}
		if len(info.State.Subjects) == 0 || len(values) >= info.Total {
			return values, nil
		}
	}
}

// api asks JetStream something about the stream.
func (n *nats) api(ctx context.Context, what string, request, answer any) error {
	body, err := json.Marshal(request)
	if err != nil {
		return err
	}
	return n.ask(ctx, "$JS.API."+what+"."+natsStream, body, answer)
}

// ask sends a message and reads the answer to it; earlier ones may come late.
func (n *nats) ask(ctx context.Context, subject string, body []byte, answer any) error {
	n.asked++
	inbox := n.inbox + "." + strconv.Itoa(n.asked)
	if err := n.send(ctx, fmt.Sprintf("PUB %s %s %d\r\n%s\r\n", subject, inbox, len(body), body)); err != nil {
		return err
	}
	for {
		line, err := n.line()
		if err != nil {
			return err
		}
		fields := strings.Fields(line)
		if len(fields) < 4 || fields[0] != "MSG" && fields[0] != "HMSG" {
			continue
		}
		size, err := strconv.Atoi(fields[len(fields)-1])
		if err != nil {
			return err
		}
		content := make([]byte, size+len("\r\n"))
		if _, err := io.ReadFull(n.in, content); err != nil {
			return err
		}
		switch {
		case fields[1] != inbox:
		case fields[0] == "HMSG": // only the server's own words have headers
			words, _, _ := strings.Cut(string(content), "\r\n")
			return fmt.Errorf("nobody takes %s: %s", subject, words)
		default:
			return natsAnswer(content, answer)
		}
	}
}

// natsAnswer reads the answer, unless that is an error.
func natsAnswer(content []byte, answer any) error {
	var failed struct {
		Error *struct{ Description string }
	}
	if err := json.Unmarshal(content, &failed); err != nil {
		return err
	}
	if failed.Error != nil {
		return errors.New(failed.Error.Description)
	}
	return json.Unmarshal(content, answer)
}

// send sends, and has what is read until the next time be there by the deadline.
func (n *nats) send(ctx context.Context, text string) error {
	deadline, _ := ctx.Deadline() // none is the zero time, which is none there, too
	if err := n.conn.SetDeadline(deadline); err != nil {
		return err
	}
	_, err := io.WriteString(n.conn, text)
	return err
}

// line reads a line of the protocol, and says that we are there when it asks.
func (n *nats) line() (string, error) {
	line, err := n.in.ReadString('\n')
	line = strings.TrimSpace(line)
	switch {
	case err != nil:
		return "", err
	case line == "PING":
		_, err = io.WriteString(n.conn, "PONG\r\n")
	case strings.HasPrefix(line, "-ERR"):
		err = errors.New(line)
	}
	return line, err
}
