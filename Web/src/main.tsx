import { render } from "preact";
import "./ui/style.css";

const root = document.getElementById("app");
if (root !== null) {
  render(<main class="card">QuicPair</main>, root);
}
